package sweep

import (
	"context"
	"fmt"
)

// LoadWarnings returns before a run the warnings of [edgewise.Study.LoadWarnings] for each point, a sentence each, in the order of the points. Where more than five points have
// warnings it returns those of the first five, and a sentence that says how many points have some.
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
