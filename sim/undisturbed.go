package sim

import "context"

// WithoutEvents returns the scenario without what happens to sites, links and caches at a time. What users do at a time stays: their flash
// crowds, and when the first and the last of them come.
func (s *Scenario) WithoutEvents() Scenario {
	calm := *s
	calm.Failures, calm.Drains, calm.Slowdowns, calm.OriginErrors, calm.Purges = nil, nil, nil, nil, nil
	calm.LinkFailures, calm.LinkImpairments = nil, nil
	return calm
}

// undisturbed returns the scenario without what happens at a time; false where nothing does, whatever opens or closes of placements.
func (s *Scenario) undisturbed() (calm Scenario, ok bool) {
	calm = s.WithoutEvents()
	ok = len(s.Failures)+len(s.Drains)+len(s.Slowdowns)+len(s.LinkFailures)+len(s.LinkImpairments)+len(s.OriginErrors)+len(s.Purges) > 0
	calm.Workloads = append(calm.Workloads[:0:0], s.Workloads...)
	for i := range calm.Workloads {
		w := &calm.Workloads[i]
		ok = ok || len(w.Flashes) > 0 || w.Begins > 0 || w.Ends > 0
		w.Flashes, w.Ends = nil, 0
		if w.Begins > 0 {
			w.Begins = s.WarmUp + s.Duration
		}
	}
	if s.Timeline != nil {
		steps := *s.Timeline
		steps.Paired = false
		calm.Timeline = &steps
	}
	return calm, ok
}

// isPaired reports whether every run is made twice.
func (s *Scenario) isPaired() bool { return s.Timeline != nil && s.Timeline.Paired }

// pair gives plans those of the same without what happens, where the scenario asks for it.
func (s *Scenario) pair(ctx context.Context, plans []*Plan) error {
	if !s.isPaired() {
		return nil
	}
	calm, happens := s.undisturbed()
	for i := range plans {
		p := plans[i].placement
		if !happens && len(p.Openings) == 0 {
			continue
		}
		p.Openings = nil
		pairs, err := Compile(ctx, calm, p)
		if err != nil {
			return err
		}
		plans[i].calm = pairs[0]
	}
	return nil
}

// addUndisturbed runs the replication once more without what happens, and adds the courses of that.
func (r *run) addUndisturbed(workers int) error {
	if r.plan.calm == nil {
		return nil
	}
	if r.courses != nil {
		clear(r.courses.seen)
		r.courses.other = r.courses.held(r.result)
	}
	calm, err := r.plan.calm.runMeasured(r.ctx, int(r.rep), workers, r.meter, nil, r.courses)
	if err != nil {
		return err
	}
	for i := range r.result.Workloads {
		w, of := &r.result.Workloads[i], &calm.Workloads[i]
		of.Course.Metros = nil
		w.Course.Undisturbed = of.Course
		for n := range w.Sites {
			if w.Sites[n].Course != nil {
				w.Sites[n].Course.Undisturbed = of.Sites[n].Course
			}
		}
	}
	return nil
}
