// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a stencil's body stands: coordinates of the centre, extents of the fields, pitches in
// cells. Assumes types.cuh and the printed abi.
//
// uses: cuda/types.cuh

struct ring_Cell {
  int x, y, z;
  int extentX, extentY, extentZ;
  ring_i64 row, slice;

  /// Of the centre, from a field's first cell.
  __device__ __forceinline__ ring_i64 offset() const { return x + y * row + z * slice; }
};

/// The cell of this thread; false where the sweep has none for it.
__device__ __forceinline__ bool ring_beginCell(const ring_SweepHeader& sweep, ring_Cell& cell) {
  const ring_u32 x = blockIdx.x * blockDim.x + threadIdx.x;
  const ring_u32 y = blockIdx.y * blockDim.y + threadIdx.y;
  const ring_u32 z = blockIdx.z * blockDim.z + threadIdx.z;
  cell.x = int(sweep.origin[0] + x);
  cell.y = int(sweep.origin[1] + y);
  cell.z = int(sweep.origin[2] + z);
  cell.extentX = int(sweep.extent[0]);
  cell.extentY = int(sweep.extent[1]);
  cell.extentZ = int(sweep.extent[2]);
  cell.row = cell.extentX;
  cell.slice = ring_i64(cell.extentX) * cell.extentY;
  return x < sweep.count[0] && y < sweep.count[1] && z < sweep.count[2];
}
