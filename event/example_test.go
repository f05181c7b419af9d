package event_test

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

// A checkout is a single cash desk: customers come at random, wait in line and are served.
type checkout struct {
	arrivals, services random.Stream
	desk               *event.Station
	self               event.HandlerID
	customers          int
	waited             time.Duration
}

// The load: a customer every 1.25 s on average, who takes 1 s on average.
const (
	meanGap     = 1.25 * float64(time.Second)
	meanService = 1.00 * float64(time.Second)
)

// Handle is called when a customer arrives.
func (c *checkout) Handle(s *event.Simulation, _ uint64) {
	start, _ := c.desk.Arrive(s.Now(), time.Duration(c.services.Exp()*meanService))
	c.waited += start - s.Now()
	c.customers++
	s.After(time.Duration(c.arrivals.Exp()*meanGap), c.self, 0)
}

// An M/M/1 queue against theory: with rho = 0.8, a customer waits rho / (mu - lambda) = 4 s on average.
func Example() {
	desk, err := event.NewStation(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	c := &checkout{arrivals: random.New(1, 0, 0, 0), services: random.New(1, 0, 0, 1), desk: desk}
	var sim event.Simulation
	c.self = sim.Register(c)
	sim.At(0, c.self, 0)
	if err := sim.Run(30 * 24 * time.Hour); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d customers in %v\n", c.customers, sim.Now())
	fmt.Printf("mean wait %.2f s, theory 4.00 s\n", c.waited.Seconds()/float64(c.customers))
	fmt.Printf("utilisation %.3f, theory 0.800\n", desk.Busy().Seconds()/sim.Now().Seconds())
	// Output:
	// 2072732 customers in 720h0m0s
	// mean wait 4.00 s, theory 4.00 s
	// utilisation 0.800, theory 0.800
}

// A time-out that is put off by every sign of life.
func ExampleTimer() {
	var sim event.Simulation
	expired := sim.Register(event.HandlerFunc(func(s *event.Simulation, session uint64) {
		fmt.Printf("session %d expired at %v\n", session, s.Now())
	}))
	timeout := sim.NewTimer(expired, 7)
	alive := sim.Register(event.HandlerFunc(func(s *event.Simulation, _ uint64) {
		s.ArmAfter(timeout, 30*time.Second)
	}))
	for _, at := range []time.Duration{0, 20 * time.Second, 45 * time.Second} {
		sim.At(at, alive, 0)
	}
	if err := sim.Run(event.Forever); err != nil {
		fmt.Println(err)
	}
	// Output:
	// session 7 expired at 1m15s
}

// Two messages of 1,250 bytes on a link of 10 Mbit/s: a millisecond each, the second behind the first.
func ExampleLink() {
	link, err := event.NewLink(10_000_000)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, now := range []time.Duration{0, 400 * time.Microsecond} {
		start, departure := link.Send(now, 1250)
		fmt.Printf("comes at %v, sent from %v to %v\n", now, start, departure)
	}
	// Output:
	// comes at 0s, sent from 0s to 1ms
	// comes at 400µs, sent from 1ms to 2ms
}

// The same kind of story that SimPy tells: cars that share two charging points.
func ExampleProcess() {
	var sim event.Simulation
	defer sim.Close()
	points, err := event.NewResource(2)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 3 {
		sim.Go(func(p *event.Process) {
			p.Wait(time.Duration(i) * 10 * time.Minute)
			arrived := p.Now()
			if !points.Acquire(p) {
				return
			}
			fmt.Printf("car %d arrives at %v, charges from %v\n", i, arrived, p.Now())
			p.Wait(45 * time.Minute)
			points.Release(p)
		})
	}
	if err := sim.Run(event.Forever); err != nil {
		fmt.Println(err)
	}
	// Output:
	// car 0 arrives at 0s, charges from 0s
	// car 1 arrives at 10m0s, charges from 10m0s
	// car 2 arrives at 20m0s, charges from 45m0s
}

// The set of pending events alone: the order is that of time and, at one time, of pushing.
func ExampleQueue() {
	var pending event.Queue
	pending.Push(30, 1, 100)
	pending.Push(10, 2, 200)
	pending.Push(30, 1, 300)
	for pending.Len() > 0 {
		e := pending.Pop()
		fmt.Printf("at %d ns, handler %d, argument %d\n", e.Time, e.Handler(), e.Arg)
	}
	// Output:
	// at 10 ns, handler 2, argument 200
	// at 30 ns, handler 1, argument 100
	// at 30 ns, handler 1, argument 300
}
