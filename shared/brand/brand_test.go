package brand_test

import (
	"fmt"
	"testing"

	"invites/shared/brand"
)

func TestEveryColourCanBeReadAndSeen(t *testing.T) {
	for r := 0; r <= 255; r += 15 {
		for g := 0; g <= 255; g += 15 {
			for b := 0; b <= 255; b += 15 {
				button := brand.Of(fmt.Sprintf("#%02x%02x%02x", r, g, b))
				if c := brand.Contrast(button.Fill, button.Ink); c < brand.TextContrast {
					t.Fatalf("%+v: the text has contrast %.2f", button, c)
				}
				if c := brand.Contrast(button.Text, brand.LightGround); c < brand.TextContrast {
					t.Fatalf("%+v: words beside it have contrast %.2f in light", button, c)
				}
				if c := brand.Contrast(button.TextDark, brand.DarkGround); c < brand.TextContrast {
					t.Fatalf("%+v: words beside it have contrast %.2f in dark", button, c)
				}
				if c := brand.Contrast(button.Edge, brand.LightGround); c < brand.LineContrast {
					t.Fatalf("%+v: the edge has contrast %.2f in light", button, c)
				}
				if c := brand.Contrast(button.EdgeDark, brand.DarkGround); c < brand.LineContrast {
					t.Fatalf("%+v: the edge has contrast %.2f in dark", button, c)
				}
			}
		}
	}
}

// Who can use the tenant's own colour does, and what stands in for it keeps its hue.
func TestWordsKeepTheTenantsColour(t *testing.T) {
	for color, want := range map[string][2]string{
		"#1f5fbf": {"#1f5fbf", "#5787cf"}, "#ffffff": {"#737373", "#ffffff"}, "#000000": {"#000000", "#8c8c8c"}, "#ffd400": {"#8c7500", "#ffd400"},
	} {
		if b := brand.Of(color); b.Text != want[0] || b.TextDark != want[1] {
			t.Errorf("%s: %s in light and %s in dark, want %v", color, b.Text, b.TextDark, want)
		}
	}
}

func TestContrastOfKnownPairs(t *testing.T) {
	for pair, want := range map[[2]string]string{
		{"#000000", "#ffffff"}: "21.00", {"#ffffff", "#ffffff"}: "1.00", {"#777777", "#ffffff"}: "4.48", {"#767676", "#FFFFFF"}: "4.54", {"red", "#ffffff"}: "1.00",
	} {
		if got := fmt.Sprintf("%.2f", brand.Contrast(pair[0], pair[1])); got != want {
			t.Errorf("%v: %s, want %s", pair, got, want)
		}
	}
}

func TestWhatIsNoColourIsTheDefault(t *testing.T) {
	for _, c := range []string{"", "red", "#12345", "#12345g", "#+12345", "#1234567", "#fff}*{x"} {
		if got := brand.Of(c).Fill; got != brand.Default {
			t.Errorf("Of(%q) fills with %q", c, got)
		}
	}
}
