package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// betweenLines is how often progress is told where there is no terminal.
const betweenLines = 30 * time.Second

// A progress shows how far a command is, from its first second: as a bar, without colours, on a terminal that can move its cursor, elsewhere as a line every half
// minute, so that logs stay short. A nil progress shows nothing.
type progress struct {
	mu    sync.Mutex
	what  string // the command is doing: "running"
	count string // what is done of it: "37 of 180 runs"
	share float64
	first float64   // the share when its time began to count
	began time.Time // when that was
	clock func() time.Time

	bars *mpb.Progress
	bar  *mpb.Bar
	stop chan struct{}
	done chan struct{}
}

// progress shows progress of a command, none where it is to be quiet.
func (s *streams) progress(quiet bool) *progress {
	if quiet {
		return nil
	}
	return showProgress(s.err, "beginning")
}

// barSteps is the length of a bar in steps.
const barSteps = 1000

// showProgress shows progress on w until it is finished; what says what the command begins with.
func showProgress(w io.Writer, what string) *progress {
	p := &progress{what: what, clock: time.Now}
	p.began = p.clock()
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		p.bars = mpb.New(mpb.WithOutput(f), mpb.WithWidth(40))
		p.bar = p.bars.AddBar(barSteps,
			mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return p.head() })),
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return p.tail() })),
		)
		return p
	}
	ticker := time.NewTicker(betweenLines)
	p.stop, p.done = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(p.done)
		defer ticker.Stop()
		p.tell(w, ticker.C)
	}()
	return p
}

// tell writes a line at every tick.
func (p *progress) tell(w io.Writer, ticks <-chan time.Time) {
	for {
		select {
		case <-p.stop:
			return
		case <-ticks:
			fmt.Fprintf(w, "edgewise: %s%s\n", p.head(), p.tail())
		}
	}
}

// phase says what the command does from now on.
func (p *progress) phase(what string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	p.what, p.count, p.share, p.first, p.began = what, "", 0, 0, p.clock()
	p.mu.Unlock()
}

// update says how much of the phase is done: a share of 0 to 1, and in words.
func (p *progress) update(share float64, count string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	if p.count == "" { // what was there before the phase took no time of its own
		p.first, p.began = share, p.clock()
	}
	p.share, p.count = share, count
	p.mu.Unlock()
	if p.bar != nil {
		p.bar.SetCurrent(int64(share * (barSteps - 1))) // the last step is the end
	}
}

// finish ends the showing; nothing is shown afterwards.
func (p *progress) finish() {
	switch {
	case p == nil:
	case p.bar != nil:
		p.bar.Abort(true)
		p.bars.Wait()
	case p.stop != nil:
		close(p.stop)
		<-p.done
		p.stop = nil
	}
}

// head says what is being done and how much of it is: "running: 37 of 180 runs ".
func (p *progress) head() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count == "" {
		return p.what + " "
	}
	return p.what + ": " + p.count + " "
}

// tail says how long that took and how long the rest will take: "21 %, 3m10s, about 12m left".
func (p *progress) tail() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	elapsed := p.clock().Sub(p.began)
	text := fmt.Sprintf(" %2.0f %%, %v", 100*p.share, elapsed.Round(time.Second))
	if gained := p.share - p.first; gained > 0 && p.share < 1 && elapsed >= time.Second {
		text += fmt.Sprintf(", about %s left", inWordsTime(rest(elapsed, (1-p.share)/gained)))
	}
	return text
}

// rest returns how long something will take that took so long for a part of it; the longest where that is too short.
func rest(took time.Duration, parts float64) time.Duration {
	if ns := float64(took) * parts; ns < math.MaxInt64 {
		return time.Duration(ns)
	}
	return math.MaxInt64
}

// inWordsTime writes a time as people say it: "12s", "4m", "3h10m", "5 days".
func inWordsTime(d time.Duration) string {
	switch {
	case d < time.Minute:
		return d.Round(time.Second).String()
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Round(time.Minute).Minutes()))
	case d < 48*time.Hour:
		d = d.Round(10 * time.Minute)
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d < 1000*24*time.Hour:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	}
	years := fmt.Sprintf("%.3g years", d.Hours()/24/365.25)
	if d == math.MaxInt64 { // no duration is longer
		return "more than " + years
	}
	return years
}
