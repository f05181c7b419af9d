// Mm1 simulates a single server with a queue, the M/M/1 of the textbooks, at growing load, and sets what
// it measures beside the theory. It uses nothing but the discrete-event kernel (package event) and
// the random streams (package random).
//
//	go run ./examples/mm1
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"text/tabwriter"
	"time"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("mm1: ")
	replications := flag.Int("replications", 10, "independent repetitions, at least 2")
	customers := flag.Int("customers", 200_000, "customers measured in each, at least 1")
	seed := flag.Uint64("seed", 1, "root of all random numbers")
	flag.Parse()
	if *replications < 2 {
		log.Fatalf("-replications is %d; want at least 2, or there is no interval", *replications)
	}
	if *customers < 1 {
		log.Fatalf("-customers is %d; want at least 1", *customers)
	}
	if err := sweep(os.Stdout, *seed, *replications, *customers); err != nil {
		log.Fatal(err)
	}
}

// meanService is the mean time to serve a customer; the load sets how often they come.
const meanService = 10 * time.Millisecond

// sweep prints the mean wait and the share of customers that wait, simulated and in theory, by load.
func sweep(out io.Writer, seed uint64, replications, customers int) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "load\tmean wait, theory\tsimulated, 95 % interval\tshare that waits, theory\tsimulated, 95 % interval\t")
	for _, load := range []float64{0.1, 0.3, 0.5, 0.7, 0.8, 0.9} {
		waits := make([]float64, replications)
		shares := make([]float64, replications)
		for i := range replications {
			s, err := run(seed, uint64(i), load, customers)
			if err != nil {
				return fmt.Errorf("load %v, replication %d: %w", load, i, err)
			}
			waits[i] = s.waited.Seconds() * 1000 / float64(s.measured)
			shares[i] = float64(s.waiting) / float64(s.measured)
		}
		// Mean wait = load / (service rate - arrival rate); who comes waits if the server is busy.
		theory := load / (1 - load) * float64(meanService.Milliseconds())
		fmt.Fprintf(table, "%.1f\t%.3f ms\t%s ms\t%.3f\t%s\t\n", load, theory, interval(waits, 3), load, interval(shares, 4))
	}
	return table.Flush()
}

// A server is one server with its queue. Every customer takes two events: one when it arrives, one when
// it departs.
type server struct {
	gap                time.Duration // mean time between arrivals
	arrivals, services random.Stream
	arrive, depart     event.HandlerID
	queue              []time.Duration // when those present arrived, the one in service first

	warmUp, customers int // to arrive before measuring, and to measure
	measured, waiting int
	waited            time.Duration
}

// run simulates one replication: the customers measured, after a tenth as many that only fill the queue.
func run(seed, replication uint64, load float64, customers int) (*server, error) {
	const arrivals, services = 0, 1 // purposes of the streams
	s := &server{
		gap:      time.Duration(float64(meanService) / load),
		arrivals: random.New(seed, replication, random.Entity("server"), arrivals),
		services: random.New(seed, replication, random.Entity("server"), services),
		warmUp:   customers / 10, customers: customers,
	}
	var sim event.Simulation
	s.arrive = sim.Register(event.HandlerFunc(s.arrival))
	s.depart = sim.Register(event.HandlerFunc(s.departure))
	sim.At(0, s.arrive, 0)
	return s, sim.Run(event.Forever)
}

// arrival is told when a customer arrives.
func (s *server) arrival(sim *event.Simulation, _ uint64) {
	s.queue = append(s.queue, sim.Now())
	if len(s.queue) == 1 {
		s.serve(sim)
	}
	sim.After(draw(&s.arrivals, s.gap), s.arrive, 0)
}

// departure is told when the customer in service leaves.
func (s *server) departure(sim *event.Simulation, _ uint64) {
	s.queue = s.queue[1:]
	if len(s.queue) > 0 {
		s.serve(sim)
	}
}

// serve begins the service of the first in the queue, whose wait is over.
func (s *server) serve(sim *event.Simulation) {
	if s.warmUp > 0 {
		s.warmUp--
	} else {
		wait := sim.Now() - s.queue[0]
		s.waited += wait
		if wait > 0 {
			s.waiting++
		}
		if s.measured++; s.measured == s.customers {
			sim.Stop()
		}
	}
	sim.After(draw(&s.services, meanService), s.depart, 0)
}

func draw(s *random.Stream, mean time.Duration) time.Duration {
	return time.Duration(s.Exp() * float64(mean))
}

// interval prints the mean of independent replications and half the width of its 95 % confidence
// interval (Student's t).
func interval(replications []float64, digits int) string {
	mean, deviation := stat.MeanStdDev(replications, nil)
	n := float64(len(replications))
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975)
	return fmt.Sprintf("%.*f ± %.*f", digits, mean, digits, t*deviation/math.Sqrt(n))
}
