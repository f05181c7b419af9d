package verify

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/stats"
)

// meanService is the mean service time of the queues; results are in units of it.
const meanService = time.Millisecond

// A law draws service times in units of their mean.
type law func(*random.Stream) float64

func exponential(s *random.Stream) float64 { return s.Exp() }

func constant(*random.Stream) float64 { return 1 }

// mixed is a mixture of two exponentials of equal weight in the mean, whose variance is four times the
// square of its mean.
func mixed(s *random.Stream) float64 {
	p := (1 + math.Sqrt(3.0/5)) / 2
	if s.Float64() < p {
		return s.Exp() / (2 * p)
	}
	return s.Exp() / (2 * (1 - p))
}

// A queued sample is what the customers of one replication of a queue met.
type queued struct {
	system  *stats.Sketch // time in the system
	waits   float64       // mean wait in units of the service
	waiting float64       // share of customers who waited
}

// queue simulates customers of M/G/c at a load after a warm-up of a tenth as many.
func (t trial) queue(servers int, load float64, service law) (queued, error) {
	station, err := event.NewStation(servers)
	if err != nil {
		return queued{}, err
	}
	arrivals, work := t.stream(1), t.stream(2)
	between := float64(meanService) / (load * float64(servers))
	customers := t.scaled(400_000)
	q := queued{system: new(stats.Sketch)}
	now, total, waited := time.Duration(0), time.Duration(0), 0
	for i := -max(customers/10, 20_000); i < customers; i++ {
		now += time.Duration(between * arrivals.Exp())
		start, end := station.Arrive(now, time.Duration(float64(meanService)*service(&work)*(1+t.broken.slower)))
		if i < 0 {
			continue
		}
		q.system.Record(int64(end - now))
		total += start - now
		if start > now {
			waited++
		}
	}
	q.waits = float64(total) / float64(customers) / float64(meanService)
	q.waiting = float64(waited) / float64(customers)
	return q, station.Err()
}

// queues checks the servers of the event kernel.
func queues() []check {
	const group = "Queues"
	row := func(name, source string, expected float64, servers int, load float64, service law, of func(trial, queued) float64) check {
		return check{group: group, name: name, source: source, expected: expected, unit: "service times",
			simulate: func(_ context.Context, t trial) (float64, error) {
				q, err := t.queue(servers, load, service)
				return of(t, q), err
			}}
	}
	inSystem := func(_ trial, q queued) float64 { return q.system.MeanNs() / float64(meanService) }
	wait := func(_ trial, q queued) float64 { return q.waits }
	all := []check{
		row("M/M/1 at load 0.5: mean time in the system", "1/(mu-lambda)", 2, 1, 0.5, exponential, inSystem),
		row("M/M/1 at load 0.8: mean time in the system", "1/(mu-lambda)", 5, 1, 0.8, exponential, inSystem),
		row("M/D/1 at load 0.8: mean wait", "Pollaczek-Khinchine", 2, 1, 0.8, constant, wait),
		row("M/G/1 at load 0.8, variance 4: mean wait", "Pollaczek-Khinchine", 10, 1, 0.8, mixed, wait),
	}
	for _, p := range []float64{0.5, 0.95, 0.99, 0.999} {
		expected := -math.Log(1-p) / 0.2
		c := row(fmt.Sprintf("M/M/1 at load 0.8: p%g of the time in the system", 100*p), "-ln(1-p)/(mu-lambda)", expected, 1, 0.8, exponential,
			func(t trial, q queued) float64 {
				return q.system.QuantileNs(math.Min(p*(1+t.broken.shift), 1-float64((1-p)*(1-t.broken.shift)))) / float64(meanService)
			})
		c.tolerance = expected * stats.RelativeError
		all = append(all, c)
	}
	for _, servers := range []int{2, 4, 8, 10} {
		const load = 0.8
		waiting := erlangC(servers, load*float64(servers))
		c := row(fmt.Sprintf("M/M/%d at load 0.8: share that waits", servers), "Erlang C", waiting, servers, load, exponential,
			func(_ trial, q queued) float64 { return q.waiting })
		c.unit = ""
		all = append(all, c, row(fmt.Sprintf("M/M/%d at load 0.8: mean time in the system", servers), "Erlang C",
			1+waiting/(float64(servers)*(1-load)), servers, load, exponential, inSystem))
	}
	return all
}

// erlangC returns the probability to wait at an offered load in servers.
func erlangC(servers int, offered float64) float64 {
	blocked := 1.0
	for n := 1; n <= servers; n++ {
		blocked = offered * blocked / (float64(n) + float64(offered*blocked)) // Erlang B
	}
	busy := offered / float64(servers)
	return blocked / (1 - float64(busy*(1-blocked)))
}
