package workload

import (
	"fmt"
	"reflect"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
)

// A Workload is a demand and a service under a name: who asks for what, when, and how it is served. It is a
// value; a copy may be changed without the original, see [Change].
type Workload struct {
	Head
	// Demand says who asks for what, and when: [Poisson], [Sessions] or [Trace], by value, or a type of your own.
	Demand Demand
	// Service says how a request is served: [Cacheable], [Computed] or [Matched].
	Service Service
}

// A Head is what all workloads have.
type Head struct {
	// Name tells the workload apart in results and addresses its random numbers.
	Name string
	// Metros are the ids of the metros whose users take part; empty means all.
	Metros []string
	// Users says who the users are where the workload knows better than the network: no other metros take part, and their
	// weights stand in place of the numbers of internet users. Empty leaves it to the network.
	Users []MetroUsers
	// Access is the mix of access technologies of its users; the zero value means that of their metro. Where a route has no
	// access link there is no last mile.
	Access topology.AccessMix
	// AccessIn is the mix of its users in a country, by ISO 3166-1 alpha-2 code, in place of Access.
	AccessIn map[string]topology.AccessMix
	// Day is the shape of the load over local time; the zero value means [Flat].
	Day Profile
	// Client says how clients connect. The players of a [Matched] service keep their connection: theirs must
	// be the zero value.
	Client transport.Connection
	// Visits says who is behind the requests, so that connections are state; the zero value leaves it to Client.NewShare.
	Visits Visits
	// Rates holds in bits per second at which rate users of a technology receive; 0 means that of Client. See
	// [topology.Technology.BitsPerSecond].
	Rates [topology.NumTechnologies]float64
	// Deadlines are the latencies whose shares of requests are counted exactly, in ascending order, 8 at most.
	Deadlines []time.Duration
	// Judged says by which latency the workload is judged: it comes first in tables, its shares within the deadlines
	// are shown, and verdicts are about it. The players of a [Matched] service are judged by the response alone: theirs
	// must be the zero value.
	Judged Byte
	// Flashes are flash crowds, of a [Poisson], a [Mixture], a [Trace] or a [Sessions] demand; 100 at most.
	Flashes []Flash
	// Begins and Ends are when the first and the last users come, since the start of the run, warm-up included: a launch. 0 means that
	// they come from the start of the run on, and until its end. Nobody is there before Begins; who is there at Ends stays.
	Begins, Ends time.Duration
	// Assumed lists the parameters that a preset set by assumption.
	Assumed []Assumption
}

// An Assumption is a parameter that rests on no source.
type Assumption struct {
	// Field is the parameter's path in a [Workload], for example "Client.NewShare" or "Service.TickTime"; who
	// sets it himself takes the assumption off the list.
	Field string
	// Text says what is assumed.
	Text string
}

// Validate names the first field that is out of range by its path, for example "Demand.RequestsPerSecond". It
// refuses a demand that cannot say what the service needs to know of it.
func (w *Workload) Validate() error {
	if w.Name == "" {
		return invalid.New("Name", `""`, "a name")
	}
	if err := invalid.Name("Name", w.Name); err != nil {
		return err
	}
	if t := reflect.TypeOf(w.Demand); t != nil && t.Kind() == reflect.Pointer && t.Elem().PkgPath() == reflect.TypeOf(w).Elem().PkgPath() {
		return inWorkload(w.Name, invalid.New("Demand", typeOf(w.Demand), "a %v, by value", t.Elem()))
	}
	return inWorkload(w.Name, invalid.First(
		w.validateDemand(),
		w.validateService(),
		validateUsers(w.Users),
		invalid.In("Access", w.Access.Validate()),
		validateAccessIn(w.AccessIn),
		invalid.In("Day", dayOf(w.Day).Validate()),
		invalid.In("Client", w.Client.Validate()),
		w.validateVisits(),
		w.validateRates(),
		validateDeadlines(w.Deadlines),
		w.validateJudged(),
		w.validateFlashes(),
		w.validateTimes(),
	))
}

func (w *Workload) validateDemand() error {
	if w.Demand == nil {
		return invalid.New("Demand", "nil", "a demand: who asks for what, and when")
	}
	return invalid.In("Demand", w.Demand.Validate())
}

func (w *Workload) validateRates() error {
	if w.Client.BufferBytes > 0 && w.Client.BitsPerSecond == 0 && w.Rates == [topology.NumTechnologies]float64{} {
		return invalid.New("Client.BufferBytes", w.Client.BufferBytes, "0 where users have no rate: nothing waits before a line without one")
	}
	for line, rate := range w.Rates {
		if !(rate >= 0 && rate <= 1e15) {
			return invalid.New(fmt.Sprintf("Rates[%v]", topology.Technology(line)), rate, "0 (that of the client) to 1e15")
		}
		if _, isMatched := w.Service.(Matched); isMatched && rate > 0 {
			return invalid.New(fmt.Sprintf("Rates[%v]", topology.Technology(line)), rate, "0: players' updates are small")
		}
	}
	return nil
}

func (w *Workload) validateService() error {
	switch s := w.Service.(type) {
	case Cacheable, Computed, Matched:
		return s.validate(w)
	}
	return invalid.New("Service", typeOf(w.Service), "a workload.Cacheable, workload.Computed or workload.Matched, by value")
}

// typeOf names the type of a demand or service in an error.
func typeOf(v any) string {
	if v == nil {
		return "nil"
	}
	return fmt.Sprintf("%T", v)
}

// Open returns a function that gives the requests of an audience in one replication, by its number and from the
// first one on. The run begins at start, in the state that the day has left.
func (w *Workload) Open(audiences []Audience, start time.Time, seed, replication uint64) (func(audience int) Source, error) {
	return w.OpenIn(OfTheDay, audiences, start, seed, replication)
}

// OpenIn is [Workload.Open] of a run that begins in a state.
func (w *Workload) OpenIn(begun State, audiences []Audience, start time.Time, seed, replication uint64) (func(audience int) Source, error) {
	if err := w.Validate(); err != nil {
		return nil, err
	}
	env := w.envOf(begun, start, seed, replication)
	open, err := w.Demand.Open(audiences, env)
	if err != nil {
		return nil, inWorkload(w.Name, err)
	}
	if open, err = w.flashes(w.checked(open, audiences), open, audiences, env); err != nil {
		return nil, inWorkload(w.Name, err)
	}
	if open, err = w.marked(open, audiences, &env); err != nil {
		return nil, inWorkload(w.Name, err)
	}
	return w.timed(open), nil
}

// envOf returns the run that the workload's demand is opened for.
func (w *Workload) envOf(begun State, start time.Time, seed, replication uint64) Env {
	env := Env{Workload: w.Name, Start: start, Day: dayOf(w.Day), Begun: begun, Seed: seed, Replication: replication}
	if w.DrawsVisits() {
		env.visits = &w.Visits
	}
	return env
}

// RatesAt returns the requests per second of each audience at an instant, for a demand that is [Rated]. Where requests come in visits, these begin at the rate of the day,
// and the requests behind the first of each follow that later, for as long as visits go on.
func (w *Workload) RatesAt(audiences []Audience, at time.Time) ([]float64, error) {
	visits := w.visitLoad()
	return w.ratesBy(audiences, at, visits.follow)
}

// RatesAtStart returns the requests per second of each audience as a run begins in a state: in the steady state they have come at the rate of the instant for ever.
func (w *Workload) RatesAtStart(begun State, audiences []Audience, start time.Time) ([]float64, error) {
	if begun == Steady {
		return w.ratesOfDay(audiences, start)
	}
	return w.RatesAt(audiences, start)
}

// ratesOfDay returns the same by the day at the instant alone, as if visits had no length.
func (w *Workload) ratesOfDay(audiences []Audience, at time.Time) ([]float64, error) {
	return w.ratesBy(audiences, at, Profile.At)
}

// ratesBy returns the rate of each audience at an instant, by what a day has at an hour.
func (w *Workload) ratesBy(audiences []Audience, at time.Time, load func(day Profile, hour float64) float64) ([]float64, error) {
	rated, ok := w.Demand.(Rated)
	if !ok {
		return nil, inWorkload(w.Name, invalid.New("Demand", typeOf(w.Demand), "a demand that knows its rate (workload.Rated)"))
	}
	rates, err := Shares(audiences)
	if err != nil {
		return nil, err
	}
	day := dayOf(w.Day)
	for i, a := range audiences {
		zone := a.Zone
		if zone == nil {
			zone = time.UTC
		}
		local := at.In(zone)
		own := a.day(day)
		rates[i] *= rated.PerSecond() * load(own, float64(local.Hour())+float64(local.Minute())/60)
	}
	return rates, nil
}

// dayOf returns the profile, or a flat one for the zero value.
func dayOf(p Profile) Profile {
	if p == (Profile{}) {
		return Flat()
	}
	return p
}

// inWorkload says whose field an error is about.
func inWorkload(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("workload %q: %w", name, err)
}

// maxDeadlines bounds the exact counters of a workload.
const maxDeadlines = 8

func validateDeadlines(deadlines []time.Duration) error {
	if len(deadlines) > maxDeadlines {
		return invalid.New("Deadlines", deadlines, "%d at most", maxDeadlines)
	}
	for i, d := range deadlines {
		if d <= 0 || i > 0 && d <= deadlines[i-1] {
			return invalid.New("Deadlines", deadlines, "times above 0 in ascending order")
		}
	}
	return nil
}
