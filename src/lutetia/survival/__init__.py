"""Time-to-event statistics on arrays; nothing in here knows about tumours.

Each public name is imported with its module on first use (PEP 562), so that importing the room stays light.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what type checkers see; one line per public name whose type matters to a caller
    from lutetia.survival.accuracy import BrierScore as BrierScore
    from lutetia.survival.accuracy import DynamicAuc as DynamicAuc
    from lutetia.survival.accuracy import brier_score as brier_score
    from lutetia.survival.accuracy import dynamic_auc as dynamic_auc
    from lutetia.survival.calibration import Calibration as Calibration
    from lutetia.survival.calibration import calibration as calibration
    from lutetia.survival.competing_risks import CumulativeIncidence as CumulativeIncidence
    from lutetia.survival.competing_risks import cumulative_incidence as cumulative_incidence
    from lutetia.survival.concordance import Concordance as Concordance
    from lutetia.survival.concordance import concordance as concordance
    from lutetia.survival.cox_model.fit import cox as cox
    from lutetia.survival.cox_model.penalty import firth as firth
    from lutetia.survival.cox_model.penalty import ridge as ridge
    from lutetia.survival.cox_model.resample import CoxBootstrap as CoxBootstrap
    from lutetia.survival.cox_model.resample import bootstrap_cox as bootstrap_cox
    from lutetia.survival.cox_model.result import CoxFit as CoxFit
    from lutetia.survival.curve_functional import GroupDifference as GroupDifference
    from lutetia.survival.fine_gray import FineGray as FineGray
    from lutetia.survival.fine_gray import fine_gray as fine_gray
    from lutetia.survival.followup import FollowUp as FollowUp
    from lutetia.survival.gray import GrayTest as GrayTest
    from lutetia.survival.gray import gray_test as gray_test
    from lutetia.survival.kaplan_meier import KaplanMeier as KaplanMeier
    from lutetia.survival.kaplan_meier import kaplan_meier as kaplan_meier
    from lutetia.survival.log_rank import LogRank as LogRank
    from lutetia.survival.log_rank import log_rank as log_rank
    from lutetia.survival.log_rank_exact import exact_log_rank as exact_log_rank
    from lutetia.survival.log_rank_pairwise import pairwise as pairwise
    from lutetia.survival.log_rank_trend import trend as trend
    from lutetia.survival.multi_state import StateOccupation as StateOccupation
    from lutetia.survival.multi_state import aalen_johansen as aalen_johansen
    from lutetia.survival.restricted_mean import RestrictedMean as RestrictedMean
    from lutetia.survival.restricted_mean import milestone_difference as milestone_difference
    from lutetia.survival.restricted_mean import restricted_mean as restricted_mean
    from lutetia.survival.restricted_mean import restricted_mean_difference as restricted_mean_difference
    from lutetia.survival.reverse import follow_up_time as follow_up_time
    from lutetia.survival.selection import Selection as Selection
    from lutetia.survival.selection import stepwise as stepwise
    from lutetia.survival.turnbull import turnbull as turnbull

# Public name → module of this room that brings it.
_MODULE_OF = {
    "FollowUp": "followup",
    "KaplanMeier": "kaplan_meier",
    "kaplan_meier": "kaplan_meier",
    "follow_up_time": "reverse",
    "turnbull": "turnbull",
    "LogRank": "log_rank",
    "log_rank": "log_rank",
    "trend": "log_rank_trend",
    "pairwise": "log_rank_pairwise",
    "exact_log_rank": "log_rank_exact",
    "cox": "cox_model.fit",
    "CoxFit": "cox_model.result",
    "ridge": "cox_model.penalty",
    "firth": "cox_model.penalty",
    "CoxBootstrap": "cox_model.resample",
    "bootstrap_cox": "cox_model.resample",
    "Selection": "selection",
    "stepwise": "selection",
    "BrierScore": "accuracy",
    "DynamicAuc": "accuracy",
    "brier_score": "accuracy",
    "dynamic_auc": "accuracy",
    "Calibration": "calibration",
    "calibration": "calibration",
    "CumulativeIncidence": "competing_risks",
    "cumulative_incidence": "competing_risks",
    "Concordance": "concordance",
    "concordance": "concordance",
    "GroupDifference": "curve_functional",
    "FineGray": "fine_gray",
    "fine_gray": "fine_gray",
    "GrayTest": "gray",
    "gray_test": "gray",
    "StateOccupation": "multi_state",
    "aalen_johansen": "multi_state",
    "RestrictedMean": "restricted_mean",
    "milestone_difference": "restricted_mean",
    "restricted_mean": "restricted_mean",
    "restricted_mean_difference": "restricted_mean",
}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name in _MODULE_OF:
        return getattr(importlib.import_module(f"lutetia.survival.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"module 'lutetia.survival' has no attribute {name!r}")


class _Room(ModuleType):
    """A room in which `kaplan_meier` is always the function, never the module of the same name.

    Importing a module sets it as an attribute of its package and would hide the function; here such names stay free.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in _MODULE_OF):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Room
