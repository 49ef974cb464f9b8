// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A picture to draw on, saved as PNG: lines, areas, text and images in pixels. Knows nothing of
// data; hides cairo from the programs.
#ifndef RINGKERNEL_EXAMPLES_COMMON_CANVAS_H
#define RINGKERNEL_EXAMPLES_COMMON_CANVAS_H

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace example {

struct Point {
  double x, y; ///< pixels from the left and the top
};

struct Rect {
  double x, y, width, height;
  double right() const { return x + width; }
  double bottom() const { return y + height; }
};

/// Each in [0, 1].
struct Colour {
  double red, green, blue;
  double opacity = 1;
};

/// 0xRRGGBB
constexpr Colour rgb(std::uint32_t value, double opacity = 1) {
  return {double(value >> 16 & 255) / 255, double(value >> 8 & 255) / 255,
          double(value & 255) / 255, opacity};
}

enum class Align : std::uint8_t { Left, Centre, Right };

struct TextStyle {
  double size = 13; ///< pixels
  Colour colour = rgb(0x333333);
  Align align = Align::Left;
  bool bold = false;
  bool upwards = false; ///< turned by 90 degrees, read from below
};

class Canvas {
public:
  /// A white picture. Throws Failure where there is no memory for it.
  Canvas(int width, int height);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  void fill(const Rect& area, Colour colour);
  void outline(const Rect& area, Colour colour, double width = 1);
  void line(const std::vector<Point>& points, Colour colour, double width = 1);
  void dot(Point centre, double radius, Colour colour);
  /// `at` is the left end, the centre or the right end of the base line.
  void text(Point at, const std::string& text, const TextStyle& style = {});
  double textWidth(const std::string& text, const TextStyle& style = {});
  /// Draws `pixels` (0xRRGGBB, row by row, `columns` by `rows`), stretched over `area`.
  void image(const Rect& area, const std::vector<std::uint32_t>& pixels, int columns, int rows);
  /// Until unclip, drawing stays within `area`.
  void clip(const Rect& area);
  void unclip();

  /// The picture as a PNG file. Throws Failure.
  std::string png();

private:
  struct Cairo;
  std::unique_ptr<Cairo> cairo_;
};

} // namespace example

#endif
