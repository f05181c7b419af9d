package sim

// A gameBook tallies one game, for who has it alone: by metro with distributions, and by metro and site without.
type gameBook struct {
	game   *plannedWorkload
	metros []*Tally   // of the distributions alone
	parts  [][]*Tally // by site and metro; the distributions are those of the metro
	// sampled is k where one match of k is played: then what is missed without a match counts one k-th.
	sampled uint64
	course  *gameCourse // of the updates; nil where nobody asks for it
}

func newGameBook(w *plannedWorkload, sites, metros int, sampled uint64) *gameBook {
	b := &gameBook{game: w, metros: make([]*Tally, metros), parts: make([][]*Tally, sites), sampled: sampled}
	for s := range b.parts {
		b.parts[s] = make([]*Tally, metros)
	}
	return b
}

// at returns the tally of a metro's players at a site.
func (b *gameBook) at(site int, metro uint32) *Tally {
	if t := b.parts[site][metro]; t != nil {
		return t
	}
	return b.open(site, metro)
}

func (b *gameBook) open(site int, metro uint32) *Tally {
	if b.metros[metro] == nil {
		t := b.game.newTally()
		b.metros[metro] = &t
	}
	b.parts[site][metro] = &Tally{Metrics: b.metros[metro].Metrics}
	return b.parts[site][metro]
}

// settle adds what the book holds to the tallies of the workload.
func (b *gameBook) settle(to *WorkloadTally) error {
	for s := range b.parts {
		for m, part := range b.parts[s] {
			if part == nil {
				continue
			}
			part.sample(b.sampled)
			bare := part.withoutMetrics()
			if err := to.Sites[s].Tally.Merge(bare); err != nil {
				return err
			}
			bare.Metrics = make([]MetricTally, len(to.Metros[m].Metrics))
			for i := range bare.Metrics {
				of := &to.Metros[m].Metrics[i]
				bare.Metrics[i] = MetricTally{Metric: of.Metric, Within: make([]uint64, len(of.Within))}
			}
			if err := to.Metros[m].Merge(bare); err != nil {
				return err
			}
		}
	}
	for m, t := range b.metros {
		if t == nil {
			continue
		}
		if err := to.Metros[m].Merge(t); err != nil {
			return err
		}
	}
	return nil
}

// sample lets what was not played, which is known of all matches, stand beside what was played of one match of k.
func (t *Tally) sample(k uint64) {
	if k <= 1 {
		return
	}
	for why, n := range t.Failures {
		if !Reason(why).isWithoutMatch() {
			continue
		}
		kept := (n + k/2) / k
		t.Failures[why] = kept
		t.Outcomes[NotPlayed] -= n - kept
		t.Counters[Requests] -= n - kept
	}
}

// countUnseen counts the sessions of a game that never played, as one match of k is played.
func (w *WorkloadTally) countUnseen(k uint64) {
	for m := range w.Metros {
		t := &w.Metros[m]
		t.Counters[UnseenSessions] = (t.Count(Sessions) - min(t.Count(Sessions), t.Metric(PlayerRTT).Count()) + k/2) / k
	}
}
