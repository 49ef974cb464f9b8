// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a stencil's body stands: coordinates of the centre, extents of the fields, pitches in cells.
// Assumes the printed abi.
// uses: msl/types.metal

struct ring_Cell {
  int x, y, z;
  int extentX, extentY, extentZ;
  int row, slice;
  int offset; // of the centre, from a field's first cell
};

/// The cell of this thread; false where the sweep has none for it.
static bool ring_beginCell(device const ring_SweepHeader& sweep, uint3 thread_, uint3 block,
                           uint3 blockSize, thread ring_Cell& cell) {
  const uint3 at = block * blockSize + thread_;
  cell.x = int(sweep.origin.data[0] + at.x);
  cell.y = int(sweep.origin.data[1] + at.y);
  cell.z = int(sweep.origin.data[2] + at.z);
  cell.extentX = int(sweep.extent.data[0]);
  cell.extentY = int(sweep.extent.data[1]);
  cell.extentZ = int(sweep.extent.data[2]);
  cell.row = cell.extentX;
  cell.slice = cell.extentX * cell.extentY;
  cell.offset = cell.x + cell.y * cell.row + cell.z * cell.slice;
  return at.x < sweep.count.data[0] && at.y < sweep.count.data[1] && at.z < sweep.count.data[2];
}
