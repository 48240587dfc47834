"""Trials: design, randomisation, multiplicity, analysis. Each public name is imported on first use (PEP 562)."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what type checkers see; one line per public name
    from lutetia.trial.accrual import Accrual as Accrual
    from lutetia.trial.adam import TrialData as TrialData
    from lutetia.trial.allocate import Allocation as Allocation
    from lutetia.trial.allocate import AllocationBook as AllocationBook
    from lutetia.trial.allocate import book_faults as book_faults
    from lutetia.trial.balance import Predictability as Predictability
    from lutetia.trial.balance import arm_bounds as arm_bounds
    from lutetia.trial.balance import arm_bounds_in_all as arm_bounds_in_all
    from lutetia.trial.balance import deviation_bound as deviation_bound
    from lutetia.trial.balance import predictability as predictability
    from lutetia.trial.curve_design import CurveDesign as CurveDesign
    from lutetia.trial.curve_design import compare_curves as compare_curves
    from lutetia.trial.design import PatientCount as PatientCount
    from lutetia.trial.design import SurvivalDesign as SurvivalDesign
    from lutetia.trial.design import accrual_months_needed as accrual_months_needed
    from lutetia.trial.design import follow_up_needed as follow_up_needed
    from lutetia.trial.design import patients_needed as patients_needed
    from lutetia.trial.design import survival_design as survival_design
    from lutetia.trial.drop_out import DropOut as DropOut
    from lutetia.trial.events import EventCount as EventCount
    from lutetia.trial.events import critical_hazard_ratio as critical_hazard_ratio
    from lutetia.trial.events import event_table as event_table
    from lutetia.trial.events import events_needed as events_needed
    from lutetia.trial.events import plan_of as plan_of
    from lutetia.trial.events import power_at as power_at
    from lutetia.trial.expected_events import ExpectedEvents as ExpectedEvents
    from lutetia.trial.expected_events import SurvivalPlan as SurvivalPlan
    from lutetia.trial.flow import FlowBox as FlowBox
    from lutetia.trial.flow import FlowCount as FlowCount
    from lutetia.trial.flow import ParticipantFlow as ParticipantFlow
    from lutetia.trial.flow import flow_faults as flow_faults
    from lutetia.trial.hazard import Hazard as Hazard
    from lutetia.trial.minimisation import Minimisation as Minimisation
    from lutetia.trial.minimisation import Minimised as Minimised
    from lutetia.trial.multiplicity import Graph as Graph
    from lutetia.trial.multiplicity import GraphTest as GraphTest
    from lutetia.trial.multiplicity import fixed_sequence as fixed_sequence
    from lutetia.trial.multiplicity import graph_of_sequence as graph_of_sequence
    from lutetia.trial.multiplicity import graph_test as graph_test
    from lutetia.trial.netter2 import netter2_model as netter2_model
    from lutetia.trial.permuted_blocks import RandomisationList as RandomisationList
    from lutetia.trial.permuted_blocks import Record as Record
    from lutetia.trial.permuted_blocks import make_list as make_list
    from lutetia.trial.proportion_design import ExactPower as ExactPower
    from lutetia.trial.proportion_design import RateDesign as RateDesign
    from lutetia.trial.proportion_design import compare_rates as compare_rates
    from lutetia.trial.proportion_design import exact_power as exact_power
    from lutetia.trial.rank_preserving import CrossoverData as CrossoverData
    from lutetia.trial.rank_preserving import rank_preserving as rank_preserving
    from lutetia.trial.sealed_list import OpenedRecord as OpenedRecord
    from lutetia.trial.sealed_list import Seal as Seal
    from lutetia.trial.sealed_list import Tampered as Tampered
    from lutetia.trial.sealed_list import all_opened as all_opened
    from lutetia.trial.sealed_list import opened as opened
    from lutetia.trial.sealed_list import seal as seal
    from lutetia.trial.sealed_list import seal_from as seal_from
    from lutetia.trial.sealed_list import verify_list as verify_list
    from lutetia.trial.sealed_list import verify_records as verify_records
    from lutetia.trial.sealed_list import verify_seal as verify_seal
    from lutetia.trial.sequential import ConstantBounds as ConstantBounds
    from lutetia.trial.sequential import GroupSequential as GroupSequential
    from lutetia.trial.sequential import group_sequential as group_sequential
    from lutetia.trial.sequential_events import SequentialEvents as SequentialEvents
    from lutetia.trial.sequential_events import sequential_events as sequential_events
    from lutetia.trial.simulate import simulate as simulate
    from lutetia.trial.simulate import simulate_trial as simulate_trial
    from lutetia.trial.simulated_datasets import trial_datasets as trial_datasets
    from lutetia.trial.spending import Spending as Spending
    from lutetia.trial.stagewise import stagewise_drift as stagewise_drift
    from lutetia.trial.stagewise import stagewise_p as stagewise_p
    from lutetia.trial.switch_weights import SwitchRows as SwitchRows
    from lutetia.trial.switch_weights import switch_weighted as switch_weighted
    from lutetia.trial.trial_model import Arm as Arm
    from lutetia.trial.trial_model import Readers as Readers
    from lutetia.trial.trial_model import Stratum as Stratum
    from lutetia.trial.trial_model import TrialModel as TrialModel
    from lutetia.trial.trial_model import Visits as Visits
    from lutetia.trial.true_power import OperatingCharacteristics as OperatingCharacteristics
    from lutetia.trial.true_power import simulated_power as simulated_power
    from lutetia.trial.two_stage import TwoStage as TwoStage
    from lutetia.trial.two_stage import simon_two_stage as simon_two_stage
    from lutetia.trial.two_stage_switch import SwitchData as SwitchData
    from lutetia.trial.two_stage_switch import two_stage_switch as two_stage_switch

# Public name → module of this room that brings it.
_MODULE_OF = {
    "Accrual": "accrual",
    "Allocation": "allocate",
    "AllocationBook": "allocate",
    "book_faults": "allocate",
    "Predictability": "balance",
    "arm_bounds": "balance",
    "arm_bounds_in_all": "balance",
    "deviation_bound": "balance",
    "predictability": "balance",
    "CurveDesign": "curve_design",
    "compare_curves": "curve_design",
    "PatientCount": "design",
    "SurvivalDesign": "design",
    "accrual_months_needed": "design",
    "follow_up_needed": "design",
    "patients_needed": "design",
    "survival_design": "design",
    "DropOut": "drop_out",
    "EventCount": "events",
    "critical_hazard_ratio": "events",
    "event_table": "events",
    "events_needed": "events",
    "plan_of": "events",
    "power_at": "events",
    "ExpectedEvents": "expected_events",
    "SurvivalPlan": "expected_events",
    "FlowBox": "flow",
    "FlowCount": "flow",
    "ParticipantFlow": "flow",
    "flow_faults": "flow",
    "Hazard": "hazard",
    "Minimisation": "minimisation",
    "Minimised": "minimisation",
    "Graph": "multiplicity",
    "GraphTest": "multiplicity",
    "fixed_sequence": "multiplicity",
    "graph_of_sequence": "multiplicity",
    "graph_test": "multiplicity",
    "RandomisationList": "permuted_blocks",
    "Record": "permuted_blocks",
    "make_list": "permuted_blocks",
    "ExactPower": "proportion_design",
    "RateDesign": "proportion_design",
    "compare_rates": "proportion_design",
    "exact_power": "proportion_design",
    "OpenedRecord": "sealed_list",
    "Seal": "sealed_list",
    "Tampered": "sealed_list",
    "all_opened": "sealed_list",
    "opened": "sealed_list",
    "seal": "sealed_list",
    "seal_from": "sealed_list",
    "verify_list": "sealed_list",
    "verify_records": "sealed_list",
    "verify_seal": "sealed_list",
    "ConstantBounds": "sequential",
    "GroupSequential": "sequential",
    "SequentialEvents": "sequential_events",
    "group_sequential": "sequential",
    "sequential_events": "sequential_events",
    "stagewise_drift": "stagewise",
    "stagewise_p": "stagewise",
    "Spending": "spending",
    "OperatingCharacteristics": "true_power",
    "simulated_power": "true_power",
    "TwoStage": "two_stage",
    "simon_two_stage": "two_stage",
    "TrialData": "adam",
    "netter2_model": "netter2",
    "CrossoverData": "rank_preserving",
    "rank_preserving": "rank_preserving",
    "simulate": "simulate",
    "simulate_trial": "simulate",
    "trial_datasets": "simulated_datasets",
    "SwitchRows": "switch_weights",
    "switch_weighted": "switch_weights",
    "Arm": "trial_model",
    "Readers": "trial_model",
    "Stratum": "trial_model",
    "TrialModel": "trial_model",
    "Visits": "trial_model",
    "SwitchData": "two_stage_switch",
    "two_stage_switch": "two_stage_switch",
}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name in _MODULE_OF:
        return getattr(importlib.import_module(f"lutetia.trial.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"module 'lutetia.trial' has no attribute {name!r}")


class _Room(ModuleType):
    """A room in which a name such as `allocate` is always the public one, never the module that is called the same."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in _MODULE_OF):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Room
