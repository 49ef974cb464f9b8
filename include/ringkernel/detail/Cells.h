// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One cell of a field, as a stencil sees it. x is contiguous; +x is east, +y (the next row) north,
// +z up. Offsets are constants, so that ringc can infer the halo. Included by ring.h only.
#ifndef RINGKERNEL_DETAIL_CELLS_H
#define RINGKERNEL_DETAIL_CELLS_H

namespace ring {

namespace detail {

/// Extents and pitches of the fields of a sweep, in cells.
struct Extent {
  std::int32_t x = 1, y = 1, z = 1;
  std::ptrdiff_t rowPitch() const { return x; }
  std::ptrdiff_t slicePitch() const { return std::ptrdiff_t(x) * y; }
};

} // namespace detail

/// T is the element, const where the stencil only reads the field.
template <class T> class Cell1 {
public:
  using Element = T;
  static constexpr std::uint32_t dims = 1;
  Cell1(T* centre, const detail::Extent& extent, std::int32_t x, std::int32_t, std::int32_t)
      : centre_(centre), extent_(&extent), x_(x) {}
  T& operator()() const { return *centre_; }
  const T& east() const { return centre_[1]; }
  const T& west() const { return centre_[-1]; }
  const T& at(std::int32_t dx) const { return centre_[dx]; }
  std::int32_t x() const { return x_; }
  std::int32_t extentX() const { return extent_->x; }

private:
  T* centre_;
  const detail::Extent* extent_;
  std::int32_t x_;
};

template <class T> class Cell2 {
public:
  using Element = T;
  static constexpr std::uint32_t dims = 2;
  Cell2(T* centre, const detail::Extent& extent, std::int32_t x, std::int32_t y, std::int32_t)
      : centre_(centre), extent_(&extent), x_(x), y_(y) {}
  T& operator()() const { return *centre_; }
  const T& east() const { return centre_[1]; }
  const T& west() const { return centre_[-1]; }
  const T& north() const { return centre_[extent_->rowPitch()]; }
  const T& south() const { return centre_[-extent_->rowPitch()]; }
  const T& at(std::int32_t dx, std::int32_t dy) const {
    return centre_[dx + dy * extent_->rowPitch()];
  }
  std::int32_t x() const { return x_; }
  std::int32_t y() const { return y_; }
  std::int32_t extentX() const { return extent_->x; }
  std::int32_t extentY() const { return extent_->y; }

private:
  T* centre_;
  const detail::Extent* extent_;
  std::int32_t x_, y_;
};

template <class T> class Cell3 {
public:
  using Element = T;
  static constexpr std::uint32_t dims = 3;
  Cell3(T* centre, const detail::Extent& extent, std::int32_t x, std::int32_t y, std::int32_t z)
      : centre_(centre), extent_(&extent), x_(x), y_(y), z_(z) {}
  T& operator()() const { return *centre_; }
  const T& east() const { return centre_[1]; }
  const T& west() const { return centre_[-1]; }
  const T& north() const { return centre_[extent_->rowPitch()]; }
  const T& south() const { return centre_[-extent_->rowPitch()]; }
  const T& up() const { return centre_[extent_->slicePitch()]; }
  const T& down() const { return centre_[-extent_->slicePitch()]; }
  const T& at(std::int32_t dx, std::int32_t dy, std::int32_t dz) const {
    return centre_[dx + dy * extent_->rowPitch() + dz * extent_->slicePitch()];
  }
  std::int32_t x() const { return x_; }
  std::int32_t y() const { return y_; }
  std::int32_t z() const { return z_; }
  std::int32_t extentX() const { return extent_->x; }
  std::int32_t extentY() const { return extent_->y; }
  std::int32_t extentZ() const { return extent_->z; }

private:
  T* centre_;
  const detail::Extent* extent_;
  std::int32_t x_, y_, z_;
};

} // namespace ring

#endif
