"""The near part of a convolution: for each voxel, the weighted sum over its neighbours, compiled for vector units.

The image lies flat in memory, padded with zeros, its voxels of even and odd x apart: so a run of target voxels of one
parity meets a run of source voxels for every neighbour, and 64 sums stay in registers while the neighbours go by.
Floor: one multiplication and addition per voxel and neighbour, 32 at a time on a core with 512-bit units.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

Singles = NDArray[np.float32]
Places = NDArray[np.int64]

LANES = 16
LONGEST_RUN = 4 * LANES


class Layout(NamedTuple):
    """Where voxel (z, y, x) lies in the flat padded image: phase x % phases, place x // phases, of row (z, y)."""

    nz: int
    ny: int
    nx: int
    phases: int
    pad_z: int
    pad_y: int
    pad_x: int
    row: int  # places of one phase, padding included

    @property
    def room(self) -> int:
        """Floats of the flat image, with room for a run to read beyond its end."""
        return (self.nz + 2 * self.pad_z) * (self.ny + 2 * self.pad_y) * self.phases * self.row + LONGEST_RUN

    @property
    def stride_z(self) -> int:
        """Floats from one slice to the next."""
        return (self.ny + 2 * self.pad_y) * self.phases * self.row

    @property
    def stride_y(self) -> int:
        """Floats from one row to the next."""
        return self.phases * self.row


def layout(shape: tuple[int, int, int], phases: int, pad: tuple[int, int, int]) -> Layout:
    """The layout of an image of this shape (z, y, x) whose neighbours reach `pad` voxels away."""
    pad_x = -(-pad[2] // phases) + 2  # two more places: interpolation reads as far as three voxels beyond
    row = -(-shape[2] // phases) + 2 * pad_x
    return Layout(*shape, phases, pad[0], pad[1], pad_x, row)


def _sum_of_run(registers: int) -> Any:
    """Make the function that adds Σ weight[i] · image[at + place[i] + k] to out[to + k] for k below 16 · registers."""

    @intrinsic
    def run(_: Any, image: Any, at: Any, place: Any, weight: Any, first: Any, count: Any, out: Any, to: Any) -> Any:
        signature = types.void(image, types.int64, place, weight, types.int64, types.int64, out, types.int64)
        return signature, _loop_over_neighbours(registers)

    return run


def _loop_over_neighbours(registers: int) -> Any:
    def generate(context: Any, b: Any, signature: Any, given: Any) -> Any:
        image, at, place, weight, first, count, out, to = given
        image, place, weight, out = (
            context.make_array(kind)(context, b, array).data
            for kind, array in zip((signature.args[i] for i in (0, 2, 3, 6)), (image, place, weight, out), strict=True)
        )
        vector, i64, i32 = ir.VectorType(ir.FloatType(), LANES), ir.IntType(64), ir.IntType(32)
        undefined = ir.Constant(vector, ir.Undefined)
        nowhere = ir.Constant(ir.VectorType(i32, LANES), [0] * LANES)

        def vectors(start: Any) -> list[Any]:
            steps = (b.gep(start, [ir.Constant(i64, r * LANES)]) for r in range(registers))
            return [b.bitcast(step, vector.as_pointer()) for step in steps]

        targets = vectors(b.gep(out, [to]))
        before = [b.load(target, align=4) for target in targets]
        entry, loop, done = b.block, b.append_basic_block("neighbours"), b.append_basic_block("done")
        b.branch(loop)
        b.position_at_end(loop)
        i = b.phi(i64)
        i.add_incoming(ir.Constant(i64, 0), entry)
        sums = [b.phi(vector) for _ in range(registers)]
        row = b.add(first, i)
        factor = b.insert_element(undefined, b.load(b.gep(weight, [row])), ir.Constant(i32, 0))
        factor = b.shuffle_vector(factor, undefined, nowhere)
        sources = vectors(b.gep(image, [b.add(at, b.load(b.gep(place, [row])))]))
        flags = ["contract"]
        after = [
            b.fadd(total, b.fmul(b.load(source, align=4), factor, flags=flags), flags=flags)
            for total, source in zip(sums, sources, strict=True)
        ]
        following = b.add(i, ir.Constant(i64, 1))
        i.add_incoming(following, loop)
        for total, start, end in zip(sums, before, after, strict=True):
            total.add_incoming(start, entry)
            total.add_incoming(end, loop)
        b.cbranch(b.icmp_signed("<", following, count), loop, done)
        b.position_at_end(done)
        for target, end in zip(targets, after, strict=True):
            b.store(end, target, align=4)
        return context.get_dummy_value()

    return generate


_run_of_64, _run_of_32, _run_of_16 = _sum_of_run(4), _sum_of_run(2), _sum_of_run(1)


@njit(cache=True, nogil=True)
def add_neighbours(
    image: Singles, at: int, place: Places, factors: Singles, first: int, count: int, out: Singles, targets: int
) -> None:
    """Add to out[k], k below `targets`, the sum of factors[i] · image[at + place[i] + k] over i = first … first + count
    − 1.

    `out` must be LONGEST_RUN longer than `targets`, as must be what lies in `image` behind the last place; count ≥ 1.
    """
    k = 0
    while k < targets:
        left = targets - k
        if left > 32:
            _run_of_64(image, at + k, place, factors, first, count, out, k)
            k += 64
        elif left > 16:
            _run_of_32(image, at + k, place, factors, first, count, out, k)
            k += 32
        else:
            _run_of_16(image, at + k, place, factors, first, count, out, k)
            k += 16


@njit(cache=True, nogil=True)
def lay_out(values: Any, where: Layout, first_z: int, last_z: int, flat: Singles) -> tuple[float, int]:
    """Copy the slices first_z … last_z − 1 of `values` into the flat image; their sum, and how many are no amounts
    (negative, infinite or NaN)."""
    total, wrong = 0.0, 0
    stride_y = where.phases * where.row
    stride_z = (where.ny + 2 * where.pad_y) * stride_y
    for z in range(first_z, last_z):
        for y in range(where.ny):
            start = (z + where.pad_z) * stride_z + (y + where.pad_y) * stride_y + where.pad_x
            row_total = 0.0
            for phase in range(where.phases):
                to = start + phase * where.row
                for k in range((where.nx - phase + where.phases - 1) // where.phases):
                    value = values[z, y, where.phases * k + phase]
                    flat[to + k] = value
                    row_total += value
                    wrong += not (0.0 <= value < np.inf)
            total += row_total
    return total, wrong
