package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/workload"
)

// A windowFlag is a part of the time of a scenario, as in 19h,1h or 19h,1h,steady. It is nil if the flag is not there.
type windowFlag struct{ edgewise.Window }

// Decode implements kong.MapperValue.
func (w *windowFlag) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("window", &text); err != nil {
		return err
	}
	parts := strings.Split(text, ",")
	if len(parts) < 2 || len(parts) > 3 {
		return fmt.Errorf("is %q; want when it begins and how long it lasts, for example 19h,1h, and the state in which it begins: day or steady", text)
	}
	for i, to := range []*time.Duration{&w.From, &w.For} {
		d, err := time.ParseDuration(strings.TrimSpace(parts[i]))
		if err != nil {
			return fmt.Errorf("is %q, of which %q is no time; want for example 19h,1h", text, parts[i])
		}
		*to = d
	}
	if len(parts) == 3 {
		begun, err := workload.ParseState(strings.TrimSpace(parts[2]))
		if err != nil {
			return fmt.Errorf("is %q, of which %q is no state; want day or steady", text, strings.TrimSpace(parts[2]))
		}
		w.Begun = begun
	}
	return nil
}
