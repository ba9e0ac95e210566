// Package brand turns a tenant's one colour into a button and a text colour that
// everybody can read, in light and in dark surroundings.
package brand

import (
	"fmt"
	"math"
	"strconv"
)

// Default is the colour of those who chose none.
const Default = "#1f5fbf"

// The surroundings that mails and pages are drawn on.
const (
	LightGround = "#ffffff"
	DarkGround  = "#1c1f24"
)

// Contrast that WCAG 2.2 asks for.
const (
	TextContrast = 4.5 // 1.4.3
	LineContrast = 3.0 // 1.4.11, the edge of a control
)

// Button is the colours of one button, each "#rrggbb".
type Button struct {
	Fill string
	Ink  string // text on Fill, at TextContrast or more
	// Edge is visible on LightGround and EdgeDark on DarkGround, at LineContrast or
	// more; they are Fill where that is, and otherwise Text and TextDark.
	Edge     string
	EdgeDark string
	// Text is the colour for words and lines beside the button: on LightGround, and
	// TextDark on DarkGround, at TextContrast or more. They are the tenant's colour
	// where that is enough, and otherwise its nearest shade or tint that is.
	Text     string
	TextDark string
}

// Of returns the button for a colour "#rrggbb", or for [Default] where it is none.
func Of(color string) Button {
	if _, err := luminance(color); err != nil {
		color = Default
	}
	b := Button{Fill: color, Ink: "#ffffff", Edge: color, EdgeDark: color}
	// One of black and white always has 4.58 or more: the square root of 21.
	if Contrast(color, "#000000") > Contrast(color, b.Ink) {
		b.Ink = "#000000"
	}
	b.Text, b.TextDark = readable(color, LightGround, 0), readable(color, DarkGround, 255)
	if Contrast(color, LightGround) < LineContrast {
		b.Edge = b.Text
	}
	if Contrast(color, DarkGround) < LineContrast {
		b.EdgeDark = b.TextDark
	}
	return b
}

// readable moves a colour towards black (0) or white (255) until it can be read on a
// ground. Either end can: black on LightGround, white on DarkGround.
func readable(color, ground string, end float64) string {
	const steps = 20
	v, _ := strconv.ParseUint(color[1:], 16, 32) // Of has read it before
	mixed := color
	for i := 1; i <= steps && Contrast(mixed, ground) < TextContrast; i++ {
		part := float64(i) / steps
		mix := func(c uint64) int { return int(math.Round(float64(c&0xff)*(1-part) + end*part)) }
		mixed = fmt.Sprintf("#%02x%02x%02x", mix(v>>16), mix(v>>8), mix(v))
	}
	return mixed
}

// Contrast is the ratio of WCAG 2.2 for two colours "#rrggbb", from 1 to 21; 1 for
// what is no colour.
func Contrast(a, b string) float64 {
	la, errA := luminance(a)
	lb, errB := luminance(b)
	if errA != nil || errB != nil {
		return 1
	}
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(color string) (float64, error) {
	if len(color) != 7 || color[0] != '#' {
		return 0, fmt.Errorf("color %q: want #rrggbb", color)
	}
	v, err := strconv.ParseUint(color[1:], 16, 32)
	if err != nil {
		return 0, fmt.Errorf("color %q: want #rrggbb", color)
	}
	linear := func(c uint64) float64 {
		s := float64(c&0xff) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(v>>16) + 0.7152*linear(v>>8) + 0.0722*linear(v), nil
}
