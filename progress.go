package edgewise

import (
	"context"
	"sync"
	"time"
)

// report tells how far the study is, where somebody wants to know.
func (g *gatherer) report() {
	if g.progress != nil {
		g.progress(Progress{Done: g.runs, Total: g.total, Kept: g.kept, Share: g.share()})
	}
}

// share estimates the share of the work that is done.
func (g *gatherer) share() float64 {
	if g.total == 0 || g.runs == g.total {
		return 1
	}
	done := float64(g.runs)
	if g.perRun > 0 {
		done = float64(g.kept) + g.meter.Steps()/g.perRun
	}
	// Runs that take more steps than expected do not make it seem that those to come are done.
	most := float64(g.runs + g.study.workers())
	return min(min(done, most)/float64(g.total), 0.999)
}

// betweenReports is how often progress is told while runs go on.
const betweenReports = 250 * time.Millisecond

// tick tells progress until the function that it returns is called; whoever holds the lock alone tells.
func (g *gatherer) tick(ctx context.Context, telling *sync.Mutex) (stop func()) {
	if g.progress == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		clock := time.NewTicker(betweenReports)
		defer clock.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-clock.C:
				telling.Lock()
				g.report()
				telling.Unlock()
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}
