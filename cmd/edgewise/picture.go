package main

import (
	"io"
	"path/filepath"
	"strings"

	"github.com/edgewise-sim/edgewise/report"
)

// pictureEndings are the endings of files that pictures can be written into.
var pictureEndings = []string{".svg", ".png", ".pdf"}

// writePicture writes a picture as the ending of a file says.
func writePicture(w io.Writer, p *report.Picture, file string) error {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".png":
		return p.WritePNG(w)
	case ".pdf":
		return p.WritePDF(w)
	}
	return p.WriteSVG(w)
}
