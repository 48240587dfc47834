"""Absorbed dose from quantitative images: physics, curves, organs, voxels, uncertainty. Arrays in, arrays out.

Each public name is imported with its module on first use (PEP 562), so that importing the room stays light.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what type checkers see; one line per public name whose type matters to a caller
    from lutetia.dosimetry.absorbed_dose import AbsorbedDose as AbsorbedDose
    from lutetia.dosimetry.absorbed_dose import Component as Component
    from lutetia.dosimetry.activity_series import ActivitySeries as ActivitySeries
    from lutetia.dosimetry.activity_series import BloodSamples as BloodSamples
    from lutetia.dosimetry.activity_series import TimePoint as TimePoint
    from lutetia.dosimetry.alignment import Alignment as Alignment
    from lutetia.dosimetry.alignment import alignment as alignment
    from lutetia.dosimetry.alignment import checkerboard as checkerboard
    from lutetia.dosimetry.calibration import CalibrationFactor as CalibrationFactor
    from lutetia.dosimetry.calibration import calibration_from_phantom as calibration_from_phantom
    from lutetia.dosimetry.calibration import dead_time_correction_fraction as dead_time_correction_fraction
    from lutetia.dosimetry.calibration import decay_fraction as decay_fraction
    from lutetia.dosimetry.calibration import mean_during_acquisition_fraction as mean_during_acquisition_fraction
    from lutetia.dosimetry.calibration import observed_rate_cps as observed_rate_cps
    from lutetia.dosimetry.calibration import true_rate_cps as true_rate_cps
    from lutetia.dosimetry.contour import region_of_contours as region_of_contours
    from lutetia.dosimetry.contour_trace import contours_of_region as contours_of_region
    from lutetia.dosimetry.ct_density import DensityCurve as DensityCurve
    from lutetia.dosimetry.ct_density import density_from_ct as density_from_ct
    from lutetia.dosimetry.ct_density import schneider_curve as schneider_curve
    from lutetia.dosimetry.curve import Curve as Curve
    from lutetia.dosimetry.curve import ExponentialSum as ExponentialSum
    from lutetia.dosimetry.curve import MonoExponential as MonoExponential
    from lutetia.dosimetry.curve_bootstrap import BootstrapAreas as BootstrapAreas
    from lutetia.dosimetry.curve_bootstrap import bootstrap_areas as bootstrap_areas
    from lutetia.dosimetry.curve_choice import CurveAverage as CurveAverage
    from lutetia.dosimetry.curve_choice import CurveChoice as CurveChoice
    from lutetia.dosimetry.curve_choice import choose_curve as choose_curve
    from lutetia.dosimetry.cycle_dose import cycle_dose as cycle_dose
    from lutetia.dosimetry.direct_sum import direct_sum_gy as direct_sum_gy
    from lutetia.dosimetry.dose_protraction import protraction_factor as protraction_factor
    from lutetia.dosimetry.dose_volume import DoseVolume as DoseVolume
    from lutetia.dosimetry.dose_volume import dose_volume as dose_volume
    from lutetia.dosimetry.fit import CurveFit as CurveFit
    from lutetia.dosimetry.fit import fit_curve as fit_curve
    from lutetia.dosimetry.geometric_transfer import RegionContents as RegionContents
    from lutetia.dosimetry.geometric_transfer import region_contents as region_contents
    from lutetia.dosimetry.geometry import Geometry as Geometry
    from lutetia.dosimetry.kernel import RadialKernel as RadialKernel
    from lutetia.dosimetry.kernel import radial_kernel as radial_kernel
    from lutetia.dosimetry.lattice_kernel import LatticeKernel as LatticeKernel
    from lutetia.dosimetry.lattice_kernel import lattice_kernel as lattice_kernel
    from lutetia.dosimetry.ledger import Cycle as Cycle
    from lutetia.dosimetry.ledger import Ledger as Ledger
    from lutetia.dosimetry.marrow import MarrowDose as MarrowDose
    from lutetia.dosimetry.marrow import Measured as Measured
    from lutetia.dosimetry.marrow import marrow_by_blood as marrow_by_blood
    from lutetia.dosimetry.marrow import marrow_by_image as marrow_by_image
    from lutetia.dosimetry.marrow import marrow_hybrid as marrow_hybrid
    from lutetia.dosimetry.marrow import plasma_ratio_fraction as plasma_ratio_fraction
    from lutetia.dosimetry.nuclide import Nuclide as Nuclide
    from lutetia.dosimetry.nuclide import nuclide as nuclide
    from lutetia.dosimetry.organ import OrganDose as OrganDose
    from lutetia.dosimetry.organ import STable as STable
    from lutetia.dosimetry.organ import local_deposition_gy as local_deposition_gy
    from lutetia.dosimetry.organ import organ_dose as organ_dose
    from lutetia.dosimetry.organ import remainder_s_gy_per_mbq_h as remainder_s_gy_per_mbq_h
    from lutetia.dosimetry.organ import time_integrated_activity_coefficient_h as time_integrated_activity_coefficient_h
    from lutetia.dosimetry.patient_photons import PatientDose as PatientDose
    from lutetia.dosimetry.patient_photons import PhotonBalance as PhotonBalance
    from lutetia.dosimetry.patient_photons import patient_dose as patient_dose
    from lutetia.dosimetry.patient_region_dose import PatientRegionDoses as PatientRegionDoses
    from lutetia.dosimetry.patient_region_dose import patient_dose_between_regions as patient_dose_between_regions
    from lutetia.dosimetry.patient_s_values import PatientSValues as PatientSValues
    from lutetia.dosimetry.patient_s_values import patient_s_values as patient_s_values
    from lutetia.dosimetry.phantom import DigitalPatient as DigitalPatient
    from lutetia.dosimetry.phantom import VoxelPhantom as VoxelPhantom
    from lutetia.dosimetry.phantom import digital_patient as digital_patient
    from lutetia.dosimetry.phantom import on_grid as on_grid
    from lutetia.dosimetry.phantom import sphere_phantom as sphere_phantom
    from lutetia.dosimetry.phantom import torso_geometry as torso_geometry
    from lutetia.dosimetry.phantom_photon_truth import phantom_photon_truth as phantom_photon_truth
    from lutetia.dosimetry.phantom_scan import Camera as Camera
    from lutetia.dosimetry.phantom_scan import PhantomScan as PhantomScan
    from lutetia.dosimetry.phantom_scan import phantom_scan as phantom_scan
    from lutetia.dosimetry.phantom_scan import phantom_series as phantom_series
    from lutetia.dosimetry.phantom_scan import scan_of as scan_of
    from lutetia.dosimetry.phantom_scan import sphere_recoveries as sphere_recoveries
    from lutetia.dosimetry.phantom_truth import PhantomTruth as PhantomTruth
    from lutetia.dosimetry.phantom_truth import phantom_truth as phantom_truth
    from lutetia.dosimetry.photon_batches import PhotonRun as PhotonRun
    from lutetia.dosimetry.photon_source import PhotonSource as PhotonSource
    from lutetia.dosimetry.photon_source import photon_source as photon_source
    from lutetia.dosimetry.plan import Limit as Limit
    from lutetia.dosimetry.plan import Plan as Plan
    from lutetia.dosimetry.plan import PlanRequest as PlanRequest
    from lutetia.dosimetry.plan import plan_cycles as plan_cycles
    from lutetia.dosimetry.plan import probability_above as probability_above
    from lutetia.dosimetry.population_curve import PopulationCurve as PopulationCurve
    from lutetia.dosimetry.population_curve import PopulationFit as PopulationFit
    from lutetia.dosimetry.population_curve import fit_with_population as fit_with_population
    from lutetia.dosimetry.radiobiology import Bed as Bed
    from lutetia.dosimetry.radiobiology import Eqd2 as Eqd2
    from lutetia.dosimetry.radiobiology import Tissue as Tissue
    from lutetia.dosimetry.radiobiology import bed as bed
    from lutetia.dosimetry.radiobiology import tissue_parameters as tissue_parameters
    from lutetia.dosimetry.recovery import RecoveryCurve as RecoveryCurve
    from lutetia.dosimetry.recovery import fit_recovery as fit_recovery
    from lutetia.dosimetry.recovery import recovery_of_blurred_sphere as recovery_of_blurred_sphere
    from lutetia.dosimetry.region import Region as Region
    from lutetia.dosimetry.region import intersection as intersection
    from lutetia.dosimetry.region import minus as minus
    from lutetia.dosimetry.region import union as union
    from lutetia.dosimetry.region_dose import RegionDose as RegionDose
    from lutetia.dosimetry.region_dose import RegionDoses as RegionDoses
    from lutetia.dosimetry.region_dose import dose_between_regions as dose_between_regions
    from lutetia.dosimetry.region_dose import mean_dose_of_regions as mean_dose_of_regions
    from lutetia.dosimetry.region_dose import s_between_regions as s_between_regions
    from lutetia.dosimetry.region_measure import activity_mbq as activity_mbq
    from lutetia.dosimetry.region_measure import measure as measure
    from lutetia.dosimetry.region_measure import region_on as region_on
    from lutetia.dosimetry.region_measure import total_in as total_in
    from lutetia.dosimetry.region_plan import ByTrapezoid as ByTrapezoid
    from lutetia.dosimetry.region_plan import ChooseCurve as ChooseCurve
    from lutetia.dosimetry.region_plan import EarlierCurve as EarlierCurve
    from lutetia.dosimetry.region_plan import MarrowPlan as MarrowPlan
    from lutetia.dosimetry.region_plan import OneModel as OneModel
    from lutetia.dosimetry.region_plan import OnePoint as OnePoint
    from lutetia.dosimetry.region_plan import RegionPlan as RegionPlan
    from lutetia.dosimetry.region_result import CycleDose as CycleDose
    from lutetia.dosimetry.region_result import RegionCurve as RegionCurve
    from lutetia.dosimetry.region_result import RegionResult as RegionResult
    from lutetia.dosimetry.region_set import RegionSet as RegionSet
    from lutetia.dosimetry.registration import Registration as Registration
    from lutetia.dosimetry.registration import register_rigid as register_rigid
    from lutetia.dosimetry.resample import resample as resample
    from lutetia.dosimetry.single_time_point import HalfLives as HalfLives
    from lutetia.dosimetry.single_time_point import SingleTimePoint as SingleTimePoint
    from lutetia.dosimetry.single_time_point import double_time as double_time
    from lutetia.dosimetry.single_time_point import population_mean as population_mean
    from lutetia.dosimetry.single_time_point import prior_cycle as prior_cycle
    from lutetia.dosimetry.sphere import SelfDose as SelfDose
    from lutetia.dosimetry.sphere import ellipsoid_s_gy_per_bq_s as ellipsoid_s_gy_per_bq_s
    from lutetia.dosimetry.sphere import organ_self_s_gy_per_bq_s as organ_self_s_gy_per_bq_s
    from lutetia.dosimetry.sphere import self_dose as self_dose
    from lutetia.dosimetry.sphere import sphere_s_gy_per_bq_s as sphere_s_gy_per_bq_s
    from lutetia.dosimetry.tandem import Tandem as Tandem
    from lutetia.dosimetry.tandem import tandem_activities as tandem_activities
    from lutetia.dosimetry.tissue_map import TissueMap as TissueMap
    from lutetia.dosimetry.tissue_map import tissue_map as tissue_map
    from lutetia.dosimetry.transform import RigidTransform as RigidTransform
    from lutetia.dosimetry.trapezoid import Trapezoid as Trapezoid
    from lutetia.dosimetry.trapezoid_fit import fit_trapezoid as fit_trapezoid
    from lutetia.dosimetry.uncertainty import ChainSteps as ChainSteps
    from lutetia.dosimetry.uncertainty import DoseChain as DoseChain
    from lutetia.dosimetry.uncertainty import chain_steps as chain_steps
    from lutetia.dosimetry.uncertainty import volume_u_fraction as volume_u_fraction
    from lutetia.dosimetry.uncertainty import with_uncertainty as with_uncertainty
    from lutetia.dosimetry.volume import UNITS as UNITS
    from lutetia.dosimetry.volume import Volume as Volume
    from lutetia.dosimetry.voxel_dose import EnergyBalance as EnergyBalance
    from lutetia.dosimetry.voxel_dose import VoxelDose as VoxelDose
    from lutetia.dosimetry.voxel_dose import dose_map_gy as dose_map_gy
    from lutetia.dosimetry.voxel_dose import voxel_dose as voxel_dose
    from lutetia.dosimetry.voxel_fit import VoxelFit as VoxelFit
    from lutetia.dosimetry.voxel_fit import VoxelState as VoxelState
    from lutetia.dosimetry.voxel_fit import fit_voxels as fit_voxels
    from lutetia.dosimetry.voxel_kernel import VoxelKernel as VoxelKernel
    from lutetia.dosimetry.voxel_kernel import voxel_kernel as voxel_kernel

# Public name → module of this room that brings it.
_MODULE_OF = {
    "Alignment": "alignment",
    "alignment": "alignment",
    "checkerboard": "alignment",
    "region_of_contours": "contour",
    "contours_of_region": "contour_trace",
    "Geometry": "geometry",
    "Region": "region",
    "intersection": "region",
    "minus": "region",
    "union": "region",
    "activity_mbq": "region_measure",
    "measure": "region_measure",
    "region_on": "region_measure",
    "total_in": "region_measure",
    "RegionSet": "region_set",
    "Registration": "registration",
    "register_rigid": "registration",
    "resample": "resample",
    "RigidTransform": "transform",
    "UNITS": "volume",
    "Volume": "volume",
    "Nuclide": "nuclide",
    "nuclide": "nuclide",
    "RadialKernel": "kernel",
    "radial_kernel": "kernel",
    "VoxelKernel": "voxel_kernel",
    "voxel_kernel": "voxel_kernel",
    "SelfDose": "sphere",
    "self_dose": "sphere",
    "sphere_s_gy_per_bq_s": "sphere",
    "ellipsoid_s_gy_per_bq_s": "sphere",
    "organ_self_s_gy_per_bq_s": "sphere",
    "Curve": "curve",
    "ExponentialSum": "curve",
    "MonoExponential": "curve",
    "Trapezoid": "trapezoid",
    "CurveFit": "fit",
    "fit_curve": "fit",
    "fit_trapezoid": "trapezoid_fit",
    "CurveAverage": "curve_choice",
    "CurveChoice": "curve_choice",
    "choose_curve": "curve_choice",
    "BootstrapAreas": "curve_bootstrap",
    "bootstrap_areas": "curve_bootstrap",
    "VoxelFit": "voxel_fit",
    "VoxelState": "voxel_fit",
    "fit_voxels": "voxel_fit",
    "HalfLives": "single_time_point",
    "SingleTimePoint": "single_time_point",
    "double_time": "single_time_point",
    "population_mean": "single_time_point",
    "prior_cycle": "single_time_point",
    "PopulationCurve": "population_curve",
    "PopulationFit": "population_curve",
    "fit_with_population": "population_curve",
    "AbsorbedDose": "absorbed_dose",
    "Component": "absorbed_dose",
    "OrganDose": "organ",
    "STable": "organ",
    "local_deposition_gy": "organ",
    "organ_dose": "organ",
    "remainder_s_gy_per_mbq_h": "organ",
    "time_integrated_activity_coefficient_h": "organ",
    "protraction_factor": "dose_protraction",
    "Bed": "radiobiology",
    "Eqd2": "radiobiology",
    "Tissue": "radiobiology",
    "bed": "radiobiology",
    "tissue_parameters": "radiobiology",
    "MarrowDose": "marrow",
    "Measured": "marrow",
    "marrow_by_blood": "marrow",
    "marrow_by_image": "marrow",
    "marrow_hybrid": "marrow",
    "plasma_ratio_fraction": "marrow",
    "CalibrationFactor": "calibration",
    "calibration_from_phantom": "calibration",
    "dead_time_correction_fraction": "calibration",
    "decay_fraction": "calibration",
    "mean_during_acquisition_fraction": "calibration",
    "observed_rate_cps": "calibration",
    "true_rate_cps": "calibration",
    "RecoveryCurve": "recovery",
    "fit_recovery": "recovery",
    "recovery_of_blurred_sphere": "recovery",
    "ChainSteps": "uncertainty",
    "DoseChain": "uncertainty",
    "chain_steps": "uncertainty",
    "volume_u_fraction": "uncertainty",
    "with_uncertainty": "uncertainty",
    "Cycle": "ledger",
    "Ledger": "ledger",
    "Limit": "plan",
    "Plan": "plan",
    "PlanRequest": "plan",
    "plan_cycles": "plan",
    "probability_above": "plan",
    "Tandem": "tandem",
    "tandem_activities": "tandem",
    "EnergyBalance": "voxel_dose",
    "VoxelDose": "voxel_dose",
    "dose_map_gy": "voxel_dose",
    "voxel_dose": "voxel_dose",
    "LatticeKernel": "lattice_kernel",
    "lattice_kernel": "lattice_kernel",
    "direct_sum_gy": "direct_sum",
    "DoseVolume": "dose_volume",
    "dose_volume": "dose_volume",
    "RegionDose": "region_dose",
    "RegionDoses": "region_dose",
    "dose_between_regions": "region_dose",
    "mean_dose_of_regions": "region_dose",
    "s_between_regions": "region_dose",
    "RegionContents": "geometric_transfer",
    "region_contents": "geometric_transfer",
    "DigitalPatient": "phantom",
    "VoxelPhantom": "phantom",
    "digital_patient": "phantom",
    "on_grid": "phantom",
    "sphere_phantom": "phantom",
    "torso_geometry": "phantom",
    "Camera": "phantom_scan",
    "PhantomScan": "phantom_scan",
    "phantom_scan": "phantom_scan",
    "phantom_series": "phantom_scan",
    "scan_of": "phantom_scan",
    "sphere_recoveries": "phantom_scan",
    "PhantomTruth": "phantom_truth",
    "phantom_truth": "phantom_truth",
    "DensityCurve": "ct_density",
    "density_from_ct": "ct_density",
    "schneider_curve": "ct_density",
    "PatientDose": "patient_photons",
    "PatientRegionDoses": "patient_region_dose",
    "PhotonBalance": "patient_photons",
    "patient_dose": "patient_photons",
    "patient_dose_between_regions": "patient_region_dose",
    "PatientSValues": "patient_s_values",
    "patient_s_values": "patient_s_values",
    "phantom_photon_truth": "phantom_photon_truth",
    "PhotonRun": "photon_batches",
    "PhotonSource": "photon_source",
    "photon_source": "photon_source",
    "TissueMap": "tissue_map",
    "tissue_map": "tissue_map",
    "ActivitySeries": "activity_series",
    "BloodSamples": "activity_series",
    "TimePoint": "activity_series",
    "CycleDose": "region_result",
    "RegionCurve": "region_result",
    "RegionResult": "region_result",
    "cycle_dose": "cycle_dose",
    "ByTrapezoid": "region_plan",
    "ChooseCurve": "region_plan",
    "EarlierCurve": "region_plan",
    "MarrowPlan": "region_plan",
    "OneModel": "region_plan",
    "OnePoint": "region_plan",
    "RegionPlan": "region_plan",
}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name in _MODULE_OF:
        return getattr(importlib.import_module(f"lutetia.dosimetry.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"module 'lutetia.dosimetry' has no attribute {name!r}")


class _Room(ModuleType):
    """A room in which `nuclide` is always the function, never the module of the same name.

    Importing a module sets it as an attribute of its package and would hide the function; here such a name is kept
    free.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in _MODULE_OF):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Room
