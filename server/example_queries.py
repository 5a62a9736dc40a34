"""Queries to begin with: they ask by class and property and know nothing of any one article."""

from __future__ import annotations

import re

from legation.graph.prefixes import PREFIXES

_QUERIES = {
    "example_expulsions": """SELECT ?who ?howMany ?whose ?earliest ?latest WHERE {
  ?expulsion a dip:Expulsion ;
             dip:takenBy/rdfs:label ?who ;
             dip:directedAt/rdfs:label ?whose ;
             dip:headcount ?howMany .
  OPTIONAL {
    ?expulsion time:hasTime ?time .
    ?time sem:hasEarliestBeginTimeStamp ?earliest ;
          sem:hasLatestEndTimeStamp ?latest .
  }
  FILTER(LANG(?who) = "LANGUAGE" && LANG(?whose) = "LANGUAGE")
}
ORDER BY ?earliest""",
    "example_sayings": """SELECT ?speaker ?says ?denied ?modality WHERE {
  ?claim a dip:Claim ;
         schema:text ?says ;
         dip:negated ?denied ;
         dip:modality ?modality ;
         dip:assertedIn/dip:speaker/rdfs:label ?speaker .
  FILTER(LANG(?says) = "LANGUAGE" && LANG(?speaker) = "LANGUAGE")
}
ORDER BY ?speaker ?says""",
    "example_tensions": """SELECT ?oneSays ?one ?otherSays ?other WHERE {
  ?a dip:inTensionWith ?b ;
     schema:text ?one ;
     dip:assertedIn/dip:speaker/rdfs:label ?oneSays .
  ?b schema:text ?other ;
     dip:assertedIn/dip:speaker/rdfs:label ?otherSays .
  FILTER(STR(?a) < STR(?b))
  FILTER(LANG(?one) = "LANGUAGE" && LANG(?other) = "LANGUAGE")
  FILTER(LANG(?oneSays) = "LANGUAGE" && LANG(?otherSays) = "LANGUAGE")
}
ORDER BY ?one""",
    "example_classes": """SELECT ?class (COUNT(DISTINCT ?thing) AS ?things) WHERE {
  ?thing a ?class .
}
GROUP BY ?class
ORDER BY DESC(?things)""",
}


def example_queries(language: str) -> list[tuple[str, str]]:
    """Each query under the key of its question in the messages, asking for names in `language`, with its prefixes."""
    return [(key, _prologue(text) + "\n\n" + text.replace("LANGUAGE", language)) for key, text in _QUERIES.items()]


def _prologue(query: str) -> str:
    used = [name for name in PREFIXES if re.search(rf"\b{re.escape(name)}:", query)]
    return "\n".join(f"PREFIX {name}: <{PREFIXES[name]}>" for name in used)
