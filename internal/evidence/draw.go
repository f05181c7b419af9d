package evidence

import (
	"bytes"
	"fmt"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// A Figure is a picture of the accuracy page, ready to be written to a file.
type Figure struct {
	// File is a name without folder, for example "delay-scatter.png".
	File string
	// Title says what it shows.
	Title string
	Data  []byte
}

// Draw draws the figures of the accuracy page. It needs samples of server cities; what there are no
// samples of is left out.
func Draw(v *calibrate.Validation) ([]Figure, error) {
	const cities, users = "Round trips between server cities", "Home users to cloud regions"
	var figures []Figure
	add := func(file, title string, p *plot.Plot, err error) error {
		if err != nil {
			return err
		}
		var picture bytes.Buffer
		if err := writePNG(&picture, p); err != nil {
			return fmt.Errorf("draw %s: %w", file, err)
		}
		figures = append(figures, Figure{file, title, picture.Bytes()})
		return nil
	}
	p, err := Scatter(v.Cities, cities)
	if err := add("delay-scatter.png", cities+", measured against modelled", p, err); err != nil {
		return nil, err
	}
	p, err = DelayCDF(v.Cities, cities)
	if err := add("delay-cdf.png", cities+", distributions", p, err); err != nil {
		return nil, err
	}
	if len(v.Access) > 0 {
		p, err = DelayCDF(v.Access, users)
		if err := add("delay-cdf-users.png", users+", distributions", p, err); err != nil {
			return nil, err
		}
	}
	p, err = ErrorCDF(v)
	if err := add("delay-error.png", "Error of modelled round trips", p, err); err != nil {
		return nil, err
	}
	if f := calibrate.FieldOf(v.Players); f != nil {
		const title = "Sets of sites for the world's players"
		p, err = SetsOfSites(f, title)
		if err := add(setsFile, title+", measured against modelled", p, err); err != nil {
			return nil, err
		}
	}
	return figures, nil
}

// setsFile is the picture of sets of sites.
const setsFile = "delay-sets.png"

// writePNG draws a plot with a margin: pixels, because thousands of dots make an SVG of a megabyte.
func writePNG(w io.Writer, p *plot.Plot) error {
	const width, height, margin, dotsPerInch = 14 * vg.Centimeter, 11 * vg.Centimeter, 3 * vg.Millimeter, 144
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dotsPerInch))}
	page := draw.New(c)
	page.SetColor(look.White)
	page.Fill(page.Rectangle.Path())
	p.Draw(draw.Crop(page, margin, -2*margin, margin, -margin))
	_, err := c.WriteTo(w)
	return err
}
