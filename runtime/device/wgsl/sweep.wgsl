// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a stencil's body stands: coordinates of the centre, extents of the fields, pitches in cells.

struct ring_Cell {
  x: i32, y: i32, z: i32,
  extentX: i32, extentY: i32, extentZ: i32,
  row: u32, slice: u32,
  offset: u32, // of the centre, from a field's first cell
  isInside: bool, // the sweep has this cell
}

fn ring_cellAt(at: vec3<u32>, extent: vec3<u32>, origin: vec3<u32>, count: vec3<u32>) -> ring_Cell {
  let centre = origin + at;
  let slice = extent.x * extent.y;
  return ring_Cell(i32(centre.x), i32(centre.y), i32(centre.z), i32(extent.x), i32(extent.y),
                   i32(extent.z), extent.x, slice,
                   centre.x + centre.y * extent.x + centre.z * slice, all(at < count));
}
