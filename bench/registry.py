"""What there is to measure and to prove. A new one is a small class and a line here."""

from bench.areas import Areas
from bench.audit_chain import AuditChain
from bench.decide import Decide
from bench.engine import Engine
from bench.face import Face
from bench.figures import Bench, Proof
from bench.nation import Nation
from bench.pages import Pages
from bench.prove_audit import AuditTrail
from bench.prove_outage import Outage
from bench.prove_rules import Rules
from bench.regency import Regency
from bench.sandbox_load import SandboxLoad
from bench.simulation import Simulation
from bench.sources import Sources

MEASURES = (
    Areas(),
    AuditChain(),
    Decide(),
    Engine(),
    Face(),
    Nation(),
    Pages(),
    Regency(),
    SandboxLoad(),
    Simulation(),
    Sources(),
)
BENCHES: dict[str, Bench] = {bench.name: bench for bench in MEASURES}
PROOFS: dict[str, Proof] = {proof.name: proof for proof in (AuditTrail(), Outage(), Rules())}
