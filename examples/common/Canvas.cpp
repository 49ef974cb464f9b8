// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Canvas on cairo's image surface. Text is cairo's toy API: one line, a font that fontconfig finds.
#include "Canvas.h"

#include "Failure.h"

#include <cairo.h>
#include <fmt/core.h>

#include <numbers>

namespace example {

struct Canvas::Cairo {
  cairo_surface_t* surface;
  cairo_t* context;
};

namespace {

void use(cairo_t* context, Colour colour) {
  cairo_set_source_rgba(context, colour.red, colour.green, colour.blue, colour.opacity);
}

void use(cairo_t* context, const TextStyle& style) {
  cairo_select_font_face(context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         style.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(context, style.size);
}

cairo_status_t append(void* text, const unsigned char* data, unsigned length) {
  static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

} // namespace

Canvas::Canvas(int width, int height) {
  cairo_surface_t* surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
  cairo_ = std::make_unique<Cairo>(Cairo{surface, cairo_create(surface)});
  if (cairo_status(cairo_->context) != CAIRO_STATUS_SUCCESS) {
    const std::string reason = cairo_status_to_string(cairo_status(cairo_->context));
    cairo_destroy(cairo_->context);
    cairo_surface_destroy(surface);
    throw Failure(
        fmt::format("cannot make a picture of {} by {} pixels: {}", width, height, reason));
  }
  fill({0, 0, double(width), double(height)}, rgb(0xffffff));
}

Canvas::~Canvas() {
  cairo_destroy(cairo_->context);
  cairo_surface_destroy(cairo_->surface);
}

void Canvas::fill(const Rect& area, Colour colour) {
  use(cairo_->context, colour);
  cairo_rectangle(cairo_->context, area.x, area.y, area.width, area.height);
  cairo_fill(cairo_->context);
}

void Canvas::outline(const Rect& area, Colour colour, double width) {
  use(cairo_->context, colour);
  cairo_set_line_width(cairo_->context, width);
  cairo_rectangle(cairo_->context, area.x, area.y, area.width, area.height);
  cairo_stroke(cairo_->context);
}

void Canvas::line(const std::vector<Point>& points, Colour colour, double width) {
  use(cairo_->context, colour);
  cairo_set_line_width(cairo_->context, width);
  cairo_set_line_join(cairo_->context, CAIRO_LINE_JOIN_ROUND);
  for (const Point& point : points)
    cairo_line_to(cairo_->context, point.x, point.y);
  cairo_stroke(cairo_->context);
}

void Canvas::dot(Point centre, double radius, Colour colour) {
  use(cairo_->context, colour);
  cairo_arc(cairo_->context, centre.x, centre.y, radius, 0, 2 * std::numbers::pi);
  cairo_fill(cairo_->context);
}

double Canvas::textWidth(const std::string& text, const TextStyle& style) {
  use(cairo_->context, style);
  cairo_text_extents_t extents;
  cairo_text_extents(cairo_->context, text.c_str(), &extents);
  return extents.x_advance;
}

void Canvas::text(Point at, const std::string& text, const TextStyle& style) {
  const double width = textWidth(text, style);
  const double before = style.align == Align::Left     ? 0
                        : style.align == Align::Centre ? width / 2
                                                       : width;
  cairo_save(cairo_->context);
  cairo_translate(cairo_->context, at.x, at.y);
  if (style.upwards)
    cairo_rotate(cairo_->context, -std::numbers::pi / 2);
  use(cairo_->context, style.colour);
  cairo_move_to(cairo_->context, -before, 0);
  cairo_show_text(cairo_->context, text.c_str());
  cairo_new_path(cairo_->context);
  cairo_restore(cairo_->context);
}

void Canvas::image(const Rect& area, const std::vector<std::uint32_t>& pixels, int columns,
                   int rows) {
  // cairo's RGB24 is a 32-bit word with the colour in its low 24 bits: what `pixels` holds.
  std::vector<std::uint32_t> copy(pixels);
  cairo_surface_t* source =
      cairo_image_surface_create_for_data(reinterpret_cast<unsigned char*>(copy.data()),
                                          CAIRO_FORMAT_RGB24, columns, rows, columns * 4);
  cairo_save(cairo_->context);
  cairo_rectangle(cairo_->context, area.x, area.y, area.width, area.height);
  cairo_clip(cairo_->context);
  cairo_translate(cairo_->context, area.x, area.y);
  cairo_scale(cairo_->context, area.width / columns, area.height / rows);
  cairo_set_source_surface(cairo_->context, source, 0, 0);
  cairo_pattern_set_extend(cairo_get_source(cairo_->context), CAIRO_EXTEND_PAD);
  cairo_paint(cairo_->context);
  cairo_restore(cairo_->context);
  cairo_surface_destroy(source);
}

void Canvas::clip(const Rect& area) {
  cairo_save(cairo_->context);
  cairo_rectangle(cairo_->context, area.x, area.y, area.width, area.height);
  cairo_clip(cairo_->context);
}

void Canvas::unclip() { cairo_restore(cairo_->context); }

std::string Canvas::png() {
  std::string encoded;
  const cairo_status_t status =
      cairo_surface_write_to_png_stream(cairo_->surface, append, &encoded);
  if (status != CAIRO_STATUS_SUCCESS)
    throw Failure(fmt::format("cannot encode a picture: {}", cairo_status_to_string(status)));
  return encoded;
}

} // namespace example
