package sweep

import (
	"context"
	"fmt"
)

// LoadWarnings says before a run what [edgewise.Study.LoadWarnings] does of the points, a sentence each, in their order. More than a few points have those of the
// first ones, and a sentence that says at how many there are some.
func (s *Sweep) LoadWarnings(ctx context.Context) (all []string, err error) {
	told, more := 0, 0
	for i := range s.Points {
		of, err := s.Points[i].Study.LoadWarnings(ctx)
		switch {
		case err != nil:
			return nil, fmt.Errorf("sweep: %s: %w", s.Name(i), err)
		case len(of) == 0:
			continue
		case told == mostTold:
			more++
			continue
		}
		told++
		for _, w := range of {
			all = append(all, fmt.Sprintf("at %s: %s", s.Name(i), w))
		}
	}
	if more > 0 {
		all = append(all, fmt.Sprintf("at %d of the %d points there are such warnings; those of the first %d are told", told+more, len(s.Points), told))
	}
	return all, nil
}

// mostTold is of how many points warnings are told in full.
const mostTold = 5
