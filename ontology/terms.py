# ruff: noqa: N815, RUF012 - a term is spelt as in the Turtle; rdflib reads `_extras` from the class and never changes it
"""Closed names for every term the project mints or uses: a misspelt name fails where it is written.

`DIP.modality` is a term of the ontology; `Modality.asserted` and `MeasureType["mission-suspension"]` are concepts
(codes with a hyphen are looked up). An unknown name raises `AttributeError`, in either form. rdflib already closes ORG,
PROV, TIME, FOAF and SKOS; the vocabularies it lacks, or leaves open, are closed here over the terms in use.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from rdflib import Namespace, URIRef
from rdflib.namespace import DefinedNamespace

if TYPE_CHECKING:
    from collections.abc import Mapping

W3ID = Namespace("https://w3id.org/legation/")
"""Everything that is fixed for ever, whatever the deployment's base IRI."""

ONTOLOGY = W3ID["ns"]
"""The ontology's own IRI."""

VOCAB = Namespace(W3ID["vocab/"])
"""`VOCAB["modality"]` is the IRI of a concept scheme."""

SHAPES = Namespace(W3ID["shapes#"])

PROFILE = Namespace(W3ID["profile/"])
"""`PROFILE["plain"]` is the IRI of a profile of documents."""

WIKIDATA = Namespace("http://www.wikidata.org/entity/")
"""Wikidata's canonical entity IRIs: http, and `/entity/`."""


class DIP(DefinedNamespace):
    """The ontology: `core.ttl`."""

    _NS = Namespace(ONTOLOGY + "#")
    _fail = True

    Accreditation: URIRef
    AccreditationRequest: URIRef
    Claim: URIRef
    DiplomaticMeasure: URIRef
    DiplomaticMission: URIRef
    Expulsion: URIRef
    MissionState: URIRef
    Organisation: URIRef
    StaffCeiling: URIRef
    StaffLevel: URIRef
    Statement: URIRef

    CameoCode: URIRef
    PloverCode: URIRef

    accreditationKind: URIRef
    accreditedBy: URIRef
    actsFor: URIRef
    addressee: URIRef
    affects: URIRef
    announcedIn: URIRef
    assertedIn: URIRef
    bringsAbout: URIRef
    candidate: URIRef
    characterisedAs: URIRef
    compliance: URIRef
    confidence: URIRef
    countBasis: URIRef
    dateBasis: URIRef
    deadline: URIRef
    decidedBy: URIRef
    directedAt: URIRef
    endedBy: URIRef
    evidence: URIRef
    forMission: URIRef
    ground: URIRef
    headcount: URIRef
    holder: URIRef
    hostState: URIRef
    inReplyTo: URIRef
    inResponseTo: URIRef
    inTensionWith: URIRef
    legalForm: URIRef
    measureType: URIRef
    mediatedBy: URIRef
    missionStatus: URIRef
    missionType: URIRef
    modality: URIRef
    negated: URIRef
    ofMission: URIRef
    onBehalfOf: URIRef
    parityWith: URIRef
    proposition: URIRef
    receivingParty: URIRef
    relayedBy: URIRef
    reportedIn: URIRef
    reportingMode: URIRef
    reportingStance: URIRef
    requestedBy: URIRef
    requestedFor: URIRef
    requestStatus: URIRef
    restates: URIRef
    sendingParty: URIRef
    speaker: URIRef
    staffCategory: URIRef
    stateOf: URIRef
    takenBy: URIRef
    wording: URIRef


class Modality(DefinedNamespace):
    """Concepts of the scheme `modality`."""

    _NS = Namespace(VOCAB["modality"] + "#")
    _fail = True

    asserted: URIRef
    presupposed: URIRef
    announced: URIRef
    expected: URIRef
    conditional: URIRef
    alleged: URIRef
    evaluative: URIRef
    inferred: URIRef


class ReportingMode(DefinedNamespace):
    """Concepts of the scheme `reporting-mode`."""

    _NS = Namespace(VOCAB["reporting-mode"] + "#")
    _fail = True
    _extras = ["direct-quotation", "indirect-speech"]

    narration: URIRef
    mention: URIRef
    curation: URIRef


class ReportingStance(DefinedNamespace):
    """Concepts of the scheme `reporting-stance`."""

    _NS = Namespace(VOCAB["reporting-stance"] + "#")
    _fail = True
    _extras = ["alleged-to-exist"]

    endorsed: URIRef
    neutral: URIRef
    hedged: URIRef


class DateBasis(DefinedNamespace):
    """Concepts of the scheme `date-basis`."""

    _NS = Namespace(VOCAB["date-basis"] + "#")
    _fail = True

    stated: URIRef
    resolved: URIRef
    bounded: URIRef
    inferred: URIRef
    unstated: URIRef


class CountBasis(DefinedNamespace):
    """Concepts of the scheme `count-basis`."""

    _NS = Namespace(VOCAB["count-basis"] + "#")
    _fail = True
    _extras = ["unspecified-basis"]

    persons: URIRef
    posts: URIRef
    vacancies: URIRef


class MeasureType(DefinedNamespace):
    """Concepts of the scheme `measure-type`."""

    _NS = Namespace(VOCAB["measure-type"] + "#")
    _fail = True
    _extras = [
        "departure-unspecified",
        "accreditation-withdrawal",
        "accreditation-refusal",
        "staff-ceiling",
        "mission-suspension",
        "mission-termination",
        "mission-reopening",
        "recall-for-consultations",
        "relations-severance",
        "cooperation-suspension",
        "local-staff-withdrawal",
        "immunity-cessation",
        "visa-cancellation",
        "departure-enforcement",
    ]

    expulsion: URIRef
    deportation: URIRef


class MissionType(DefinedNamespace):
    """Concepts of the scheme `mission-type`."""

    _NS = Namespace(VOCAB["mission-type"] + "#")
    _fail = True
    _extras = [
        "high-commission",
        "consulate-general",
        "permanent-mission",
        "military-liaison-mission",
        "information-office",
        "interests-section",
        "unspecified-mission",
    ]

    embassy: URIRef
    consulate: URIRef


class OrganisationType(DefinedNamespace):
    """Concepts of the scheme `organisation-type`."""

    _NS = Namespace(VOCAB["organisation-type"] + "#")
    _fail = True
    _extras = [
        "intergovernmental-organisation",
        "joint-body",
        "diplomatic-mission",
        "news-organisation",
        "de-facto-authority",
    ]

    state: URIRef
    organ: URIRef


class EventType(DefinedNamespace):
    """Concepts of the scheme `event-type`."""

    _NS = Namespace(VOCAB["event-type"] + "#")
    _fail = True
    _extras = [
        "espionage-accusation",
        "aggression-accusation",
        "threat-to-reduce-relations",
        "espionage-case",
        "support-for-armed-group",
        "military-exercise",
        "military-activity",
        "ministerial-meeting",
        "political-debate",
        "international-dispute",
        "joint-action",
    ]

    accusation: URIRef
    agreement: URIRef
    annexation: URIRef
    consultation: URIRef
    explosion: URIRef
    poisoning: URIRef


class Characterisation(DefinedNamespace):
    """Concepts of the scheme `characterisation`."""

    _NS = Namespace(VOCAB["characterisation"] + "#")
    _fail = True
    _extras = ["undeclared-intelligence-officer", "broadcast-channel"]

    official: URIRef


class Confidence(DefinedNamespace):
    """Concepts of the scheme `confidence`."""

    _NS = Namespace(VOCAB["confidence"] + "#")
    _fail = True

    certain: URIRef
    high: URIRef
    medium: URIRef
    external: URIRef


class AccreditationKind(DefinedNamespace):
    """Concepts of the scheme `accreditation-kind`."""

    _NS = Namespace(VOCAB["accreditation-kind"] + "#")
    _fail = True
    _extras = ["staff-accreditation"]

    agrement: URIRef
    credentials: URIRef


class Compliance(DefinedNamespace):
    """Concepts of the scheme `compliance`."""

    _NS = Namespace(VOCAB["compliance"] + "#")
    _fail = True

    pending: URIRef
    complied: URIRef
    refused: URIRef


class LegalForm(DefinedNamespace):
    """Concepts of the scheme `legal-form`."""

    _NS = Namespace(VOCAB["legal-form"] + "#")
    _fail = True
    _extras = ["persona-non-grata", "request-for-departure", "withdrawal-of-accreditation"]


class MissionStatus(DefinedNamespace):
    """Concepts of the scheme `mission-status`."""

    _NS = Namespace(VOCAB["mission-status"] + "#")
    _fail = True

    open: URIRef
    suspended: URIRef
    closed: URIRef


class RequestStatus(DefinedNamespace):
    """Concepts of the scheme `request-status`."""

    _NS = Namespace(VOCAB["request-status"] + "#")
    _fail = True

    pending: URIRef
    granted: URIRef
    refused: URIRef


class StaffCategory(DefinedNamespace):
    """Concepts of the scheme `staff-category`."""

    _NS = Namespace(VOCAB["staff-category"] + "#")
    _fail = True
    _extras = ["diplomatic-staff", "administrative-and-technical-staff", "locally-engaged-staff"]


class SEM(DefinedNamespace):
    """Simple Event Model (van Hage et al. 2011): events, places and the four bounds of an uncertain interval."""

    _NS = Namespace("http://semanticweb.cs.vu.nl/2009/11/sem/")
    _fail = True

    Actor: URIRef
    Event: URIRef
    Place: URIRef
    accordingTo: URIRef
    eventType: URIRef
    hasActor: URIRef
    hasEarliestBeginTimeStamp: URIRef
    hasEarliestEndTimeStamp: URIRef
    hasLatestBeginTimeStamp: URIRef
    hasLatestEndTimeStamp: URIRef
    hasPlace: URIRef
    hasTime: URIRef
    subEventOf: URIRef


class SCHEMA(DefinedNamespace):
    """schema.org, release 30.0, in its https form only."""

    _NS = Namespace("https://schema.org/")
    _fail = True

    Action: URIRef
    Claim: URIRef
    CommunicateAction: URIRef
    Dataset: URIRef
    GovernmentOrganization: URIRef
    MediaObject: URIRef
    NewsArticle: URIRef
    NewsMediaOrganization: URIRef
    Organization: URIRef
    Permit: URIRef
    Place: URIRef
    about: URIRef
    appearance: URIRef
    author: URIRef
    datePublished: URIRef
    domainIncludes: URIRef
    encoding: URIRef
    encodingFormat: URIRef
    inLanguage: URIRef
    isPartOf: URIRef
    location: URIRef
    mainEntityOfPage: URIRef
    name: URIRef
    publisher: URIRef
    rangeIncludes: URIRef
    sha256: URIRef
    subjectOf: URIRef
    text: URIRef
    url: URIRef


class OA(DefinedNamespace):
    """Web Annotation Vocabulary (W3C 2017): selectors only; positions count Unicode code points."""

    _NS = Namespace("http://www.w3.org/ns/oa#")
    _fail = True

    SpecificResource: URIRef
    TextPositionSelector: URIRef
    TextQuoteSelector: URIRef
    end: URIRef
    exact: URIRef
    hasSelector: URIRef
    hasSource: URIRef
    start: URIRef


class HYDRA(DefinedNamespace):
    """Hydra Core Vocabulary (W3C Community Group): collections that are read page by page."""

    _NS = Namespace("http://www.w3.org/ns/hydra/core#")
    _fail = True

    Collection: URIRef
    PartialCollectionView: URIRef
    first: URIRef
    next: URIRef
    totalItems: URIRef
    view: URIRef


class ALTR(DefinedNamespace):
    """Alternative Profiles Ontology of Content Negotiation by Profile (W3C Working Draft 2023)."""

    _NS = Namespace("http://www.w3.org/ns/dx/connegp/altr#")
    _fail = True

    Representation: URIRef
    hasDefaultRepresentation: URIRef
    hasRepresentation: URIRef


class LOC(DefinedNamespace):
    """Datatype of Extended Date/Time Format literals (ISO 8601-2)."""

    _NS = Namespace("http://id.loc.gov/datatypes/edtf/")
    _fail = True

    EDTF: URIRef


SCHEMES: Mapping[str, type[DefinedNamespace]] = MappingProxyType(
    {
        "accreditation-kind": AccreditationKind,
        "characterisation": Characterisation,
        "compliance": Compliance,
        "confidence": Confidence,
        "count-basis": CountBasis,
        "date-basis": DateBasis,
        "event-type": EventType,
        "legal-form": LegalForm,
        "measure-type": MeasureType,
        "mission-status": MissionStatus,
        "mission-type": MissionType,
        "modality": Modality,
        "organisation-type": OrganisationType,
        "reporting-mode": ReportingMode,
        "reporting-stance": ReportingStance,
        "request-status": RequestStatus,
        "staff-category": StaffCategory,
    }
)
"""The concept schemes by name, in alphabetical order."""
