package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// The delayModelFlags say which delay model round trips are by.
type delayModelFlags struct {
	Cut   []string `help:"Hubs (MRS), cables between hubs (MRS-SIN), ways of countries to hubs where they buy transit (AE-MRS) or all ways through the strait of the Red Sea (red-sea) that are cut: what goes over them takes the next way, and nothing gets faster. edgewise rtt --explain names the hubs of each way, before each other where a cable joins them."`
	Model string   `help:"A delay model written by calibrate, in place of the one that comes with the program." type:"existingfile"`
}

// delayModel returns the model without what is cut. The error names all words of the cut that are wrong.
func (f delayModelFlags) delayModel(ctx context.Context) (*calibrate.Model, error) {
	model := calibrate.Default()
	if f.Model != "" {
		var err error
		if model, err = readModel(ctx, f.Model); err != nil {
			return nil, err
		}
	}
	if len(f.Cut) == 0 {
		return model, nil
	}
	var wrong []error
	for _, word := range f.Cut {
		if err := model.CheckCut(word); err != nil {
			wrong = append(wrong, invalid.In("--cut", err))
		}
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	cut, err := model.Cut(f.Cut...)
	if err != nil {
		return nil, fmt.Errorf("--cut: %w", err)
	}
	return cut, nil
}

// readModel reads a delay model from a file.
func readModel(ctx context.Context, file string) (*calibrate.Model, error) {
	f, err := openInput(ctx, file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := calibrate.ReadModel(f)
	if err != nil {
		return nil, &os.PathError{Op: "read", Path: file, Err: err}
	}
	return m, nil
}
