"""Products of integer codes, many rows by many columns in registers, as LLVM instructions.

Numba's own loops leave accumulators in memory, and know no instruction that multiplies bytes. With
AVX-512 VNNI one instruction multiplies and adds 64 pairs of bytes: four times what a float32 matrix
product does in the same time. Codes of 16 bits are written so that LLVM finds the instruction for
pairs of 16 bits that the processor has (`vpmaddwd`, `vpdpwssd`).
"""

import llvmlite.binding
import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 16  # vectors in a panel: 32-bit sums in 512 bits
_INT16, _INT32, _INT64 = ir.IntType(16), ir.IntType(32), ir.IntType(64)
_SUMS, _FLOATS = ir.VectorType(_INT32, LANES), ir.VectorType(ir.FloatType(), LANES)
_LINE = 64  # bytes of a line of the cache
_BYTE_PRODUCTS = "llvm.x86.avx512.vpdpbusd.512"


def has_byte_products() -> bool:
    """Whether numba compiles for a processor with AVX-512 VNNI."""
    if numba.config.CPU_NAME not in (None, "host"):
        return False
    return bool(llvmlite.binding.get_host_cpu_features().get("avx512vnni"))


def step(bits: int) -> tuple[int, int]:
    """The rows and the panels of columns that one call takes: their sums fill the registers."""
    return (8, 3) if bits == 8 else (4, 1)


@intrinsic
def mark_near(
    typing_context, left, right, depth, offsets, row_steps, row_errors, row_lines, column_steps,
    column_errors, column_lines, row, column, marks,
):  # fmt: skip
    """Marks the pairs of some rows and columns whose dot product may reach either one's line.

    With the sum s of the products of two codes, a pair (i, j) is marked where
    s steps[i] steps[j] >= min(lines[i], lines[j]) - errors[i] - errors[j].

    Args:
      left: [panels, depth, LANES, per] uint8 (4 in 32 bits) or int16 (2), or these 32 bits as
        [panels, depth, LANES] int32.
      right: [panels, depth, LANES, per] int8 or int16.
      depth: of the panels, int64.
      offsets: [n] int32, added to the sums of each column.
      row_steps: [m] float32, the size of a code's unit, of the vectors in `left`.
      row_errors: [m] float32.
      row_lines: [m] float32.
      column_steps: [n] float32, the same of those in `right`.
      column_errors: [n] float32.
      column_lines: [n] float32.
      row: int64, a multiple of the rows of `step`, which divide LANES.
      column: int64, a multiple of LANES.
      marks: [rows, panels] uint16 of the shape that `step` gives; receives a bit for each pair.
    """
    signature = types.void(
        left, right, depth, offsets, row_steps, row_errors, row_lines, column_steps,
        column_errors, column_lines, row, column, marks,
    )  # fmt: skip
    rows, panels = step(right.dtype.bitwidth)
    multiply = _multiply_bytes if right.dtype.bitwidth == 8 else _multiply_pairs

    def generate(context, builder, signature, arguments):
        pointers = [
            context.make_array(kind)(context, builder, value).data
            if isinstance(kind, types.Array)
            else value
            for kind, value in zip(signature.args, arguments)
        ]
        left, right, depth, offsets = pointers[:4]
        of_rows, of_columns, (row, column, marks) = pointers[4:7], pointers[7:10], pointers[10:]
        starts = [builder.add(column, _INT64(panel * LANES)) for panel in range(panels)]
        sums = [[_vector(builder, offsets, at, _SUMS) for at in starts]] * rows
        sums = _sum_products(builder, multiply, left, right, depth, row, starts, sums)
        of_columns = [
            [_vector(builder, source, at, _FLOATS) for source in of_columns] for at in starts
        ]
        for i in range(rows):
            place = builder.add(row, _INT64(i))
            of_row = [_broadcast(builder, source, place) for source in of_rows]
            for panel in range(panels):
                near = _compare(builder, sums[i][panel], of_row, of_columns[panel])
                target = builder.gep(marks, [_INT64(i * panels + panel)])
                builder.store(builder.bitcast(near, _INT16), target)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def prefetch(typing_context, codes, row):
    """Asks the memory for a row of `codes` [n, dim] that will be read soon."""

    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        stride = cgutils.unpack_tuple(builder, array.strides, 2)[0]
        start = builder.ptrtoint(array.data, _INT64)
        start = builder.add(start, builder.mul(arguments[1], stride))
        pointer = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [pointer, _INT32, _INT32, _INT32])
        function = builder.module.declare_intrinsic("llvm.prefetch", [pointer], fnty=kind)
        with cgutils.for_range_slice(builder, _INT64(0), stride, _INT64(_LINE)) as (offset, _):
            address = builder.inttoptr(builder.add(start, offset), pointer)
            builder.call(function, [address, _INT32(0), _INT32(2), _INT32(1)])
        return context.get_dummy_value()

    return types.void(codes, row), generate


def _sum_products(builder, multiply, left, right, depth, row, starts, sums):
    """Emits the loop over the depth of the panels; returns the sums after it."""
    left = builder.bitcast(left, _INT32.as_pointer())
    right = builder.bitcast(right, _INT32.as_pointer())
    # A panel's vector at depth d begins at d LANES: the row is a place among these 16.
    place = builder.urem(row, _INT64(LANES))
    left_start = builder.add(builder.mul(builder.sub(row, place), depth), place)
    right_starts = [builder.mul(start, depth) for start in starts]
    before = builder.block
    loop, after = builder.append_basic_block("products"), builder.append_basic_block("compare")
    builder.branch(loop)
    builder.position_at_end(loop)
    at = builder.phi(_INT64)
    at.add_incoming(_INT64(0), before)
    running = [[builder.phi(_SUMS) for _ in starts] for _ in sums]
    offset = builder.mul(at, _INT64(LANES))
    columns = [_vector(builder, right, builder.add(start, offset), _SUMS) for start in right_starts]
    first = builder.add(left_start, offset)
    added = []
    for i, of_row in enumerate(running):
        codes = _broadcast(builder, left, builder.add(first, _INT64(i)))
        added.append([multiply(builder, s, codes, column) for s, column in zip(of_row, columns)])
    for i, of_row in enumerate(running):
        for panel, phi in enumerate(of_row):
            phi.add_incoming(sums[i][panel], before)
            phi.add_incoming(added[i][panel], loop)
    following = builder.add(at, _INT64(1))
    at.add_incoming(following, loop)
    builder.cbranch(builder.icmp_signed("<", following, depth), loop, after)
    builder.position_at_end(after)
    return added


def _multiply_bytes(builder, sums, codes, column):
    kind = ir.FunctionType(_SUMS, [_SUMS] * 3)
    function = builder.module.declare_intrinsic(_BYTE_PRODUCTS, fnty=kind)
    return builder.call(function, [sums, codes, column])


def _multiply_pairs(builder, sums, codes, column):
    wide = ir.VectorType(_INT32, 2 * LANES)
    pairs = ir.VectorType(_INT16, 2 * LANES)
    codes, column = (builder.sext(builder.bitcast(v, pairs), wide) for v in (codes, column))
    products = builder.mul(codes, column)
    halves = [
        builder.shuffle_vector(products, products, _SUMS(list(range(half, 2 * LANES, 2))))
        for half in range(2)
    ]
    return builder.add(sums, builder.add(*halves))


def _compare(builder, sums, of_row, of_column):
    (step, error, line), (column_step, column_error, column_line) = of_row, of_column
    score = builder.fmul(builder.fmul(builder.sitofp(sums, _FLOATS), column_step), step)
    lower = builder.fcmp_ordered("<", line, column_line)
    line = builder.select(lower, line, column_line)
    line = builder.fsub(builder.fsub(line, error), column_error)
    return builder.fcmp_ordered(">=", score, line)


def _vector(builder, pointer, offset, kind):
    pointer = builder.bitcast(builder.gep(pointer, [offset]), kind.as_pointer())
    return builder.load(pointer, align=4)


def _broadcast(builder, pointer, offset):
    value = builder.load(builder.gep(pointer, [offset]), align=4)
    kind = ir.VectorType(value.type, LANES)
    single = builder.insert_element(ir.Constant(kind, ir.Undefined), value, _INT32(0))
    return builder.shuffle_vector(single, single, _SUMS([0] * LANES))
