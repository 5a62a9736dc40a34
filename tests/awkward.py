"""Data that do not fit the short form of JSON-LD, each for a reason of its own. `ex:` is https://example.org/."""

AWKWARD = {
    "two values of one language": 'ex:a rdfs:label "one"@en , "another"@en , "un"@fr .',
    "a language map with a plain literal": 'ex:a rdfs:label "tagged"@en , "plain" .',
    "a language map with a typed literal": 'ex:a rdfs:label "tagged"@en , "2021-10-18"^^xsd:date .',
    "a language with a region": 'ex:a rdfs:label "colour"@en-gb , "color"@en-us .',  # JSON-LD lowers the case of tags
    "a gist that is an IRI": 'ex:a schema:text ex:b , "words"@en .',
    "a date of the wrong datatype": 'ex:t sem:hasLatestBeginTimeStamp "2021"^^xsd:gYear , "2021-10-18"^^xsd:date .',
    "rdf:value that is no EDTF": 'ex:t rdf:value "2021-10-18"^^xsd:date , "2021-10"^^loc:EDTF , "plain" .',
    "a link to a literal": 'ex:c dip:speaker "nobody" .',
    "a code of another scheme": "ex:c dip:modality date-basis:inferred , modality:inferred .",
    "a code that is a term of the context": "ex:c dip:modality <https://w3id.org/legation/vocab/modality#speaker> .",
    "a concept described where it is used": 'ex:c dip:modality modality:alleged . modality:alleged skos:notation "a" .',
    "a code shared by a scheme and a class": "ex:e sem:eventType sem:Event , event-type:consultation .",
    "a proposition with a literal object": "ex:p rdf:subject ex:m ; rdf:predicate dip:headcount ; rdf:object 8 .",
    "a proposition with a coded object": "ex:p rdf:predicate dip:measureType ; rdf:object measure-type:expulsion .",
    "a proposition about a foreign property": "ex:p rdf:predicate time:hasTime , schema:location , ex:unknown .",
    "a number that is text": 'ex:m dip:headcount "8" , 8 .',
    "a truth value that is text": 'ex:c dip:negated "false" , false .',
    "several values where one is usual": "ex:s dip:speaker ex:a , ex:b .",
    "IRIs with schemes that are terms, not prefixes": "<id:5> dip:speaker <modality:x> , <label:x> , <urn:x> .",
    "a property the context does not know": 'ex:a ex:unknown "x"@en , 1.5 , ex:b .',
    "text with quotes, a line break and a character beyond 16 bits": r'ex:a rdfs:label "“q” \"\n 𝄞"@en .',
}
