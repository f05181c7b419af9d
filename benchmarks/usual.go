package main

import (
	"container/heap"
	"container/list"
	"math"
	"math/rand/v2"
	"sort"
	"time"
)

// A usual engine is what most people write first in Go: the standard library's heap with a closure an
// event.
type usual struct {
	now     time.Duration
	events  usualHeap
	stopped bool
}

type usualEvent struct {
	time   time.Duration
	number int
	do     func()
}

type usualHeap []*usualEvent

func (h usualHeap) Len() int { return len(h) }
func (h usualHeap) Less(i, j int) bool {
	return h[i].time < h[j].time || h[i].time == h[j].time && h[i].number < h[j].number
}
func (h usualHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *usualHeap) Push(x any)   { *h = append(*h, x.(*usualEvent)) }
func (h *usualHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

var usualNumber int

func (u *usual) after(delay time.Duration, do func()) {
	usualNumber++
	heap.Push(&u.events, &usualEvent{u.now + delay, usualNumber, do})
}

func (u *usual) run() {
	for u.stopped = false; !u.stopped && len(u.events) > 0; {
		e := heap.Pop(&u.events).(*usualEvent)
		u.now = e.time
		e.do()
	}
}

func usualRandom(purpose uint64) *rand.Rand { return rand.New(rand.NewPCG(1, purpose)) }

func w1Usual(_, customers int) (outcome, error) {
	u := &usual{}
	arrivals, services := usualRandom(0), usualRandom(1)
	var line []time.Duration
	waited, toCome := time.Duration(0), customers
	var depart func()
	serve := func() { u.after(time.Duration(services.ExpFloat64()*meanService), depart) }
	depart = func() {
		if line = line[1:]; len(line) > 0 {
			waited += u.now - line[0]
			serve()
		}
	}
	var arrive func()
	arrive = func() {
		if line = append(line, u.now); len(line) == 1 {
			serve()
		}
		if toCome--; toCome > 0 {
			u.after(time.Duration(arrivals.ExpFloat64()*meanGap), arrive)
		}
	}
	u.after(0, arrive)
	cpu, err := timed(func() error { u.run(); return nil })
	return outcome{customers, cpu, waited.Seconds() / float64(customers)}, err
}

func w2Usual(pending, holds int) (outcome, error) {
	u := &usual{}
	r := usualRandom(0)
	left := warmUp(pending)
	var hold func(i int)
	hold = func(i int) {
		u.after(time.Duration(r.ExpFloat64()*meanDelay), func() { hold(i) })
		if left--; left == 0 {
			u.stopped = true
		}
	}
	for i := range pending {
		u.after(time.Duration(r.ExpFloat64()*meanDelay), func() { hold(i) })
	}
	u.run()
	left = holds
	cpu, err := timed(func() error { u.run(); return nil })
	return outcome{Operations: holds, CPU: cpu}, err
}

func w3Usual(_, requests int) (outcome, error) {
	t := standardToy
	u := &usual{}
	cdf := make([]float64, t.objects) // math/rand/v2's Zipf takes no exponent below 1
	sum := 0.0
	for i := range cdf {
		sum += math.Pow(float64(i+1), -t.exponent)
		cdf[i] = sum
	}
	type cache struct {
		index map[int]*list.Element
		order *list.List
	}
	hits, toCome, latencies := 0, requests, &histogram{}
	for pop := range t.pops {
		c := cache{map[int]*list.Element{}, list.New()}
		arrivals, objects := usualRandom(uint64(2*pop)), usualRandom(uint64(2*pop+1))
		var arrive func()
		arrive = func() {
			object := sort.SearchFloat64s(cdf, objects.Float64()*sum)
			if e, ok := c.index[object]; ok {
				c.order.MoveToFront(e)
				hits++
				latencies.record(int64(t.hit))
			} else {
				latencies.record(int64(t.hit + t.fill))
				u.after(t.fill, func() {
					if e, ok := c.index[object]; ok {
						c.order.MoveToFront(e)
						return
					}
					if c.order.Len() == t.capacity {
						delete(c.index, c.order.Remove(c.order.Back()).(int))
					}
					c.index[object] = c.order.PushFront(object)
				})
			}
			u.after(time.Duration(arrivals.ExpFloat64()*float64(time.Second)/t.perSecond), arrive)
			if toCome--; toCome == 0 {
				u.stopped = true
			}
		}
		u.after(time.Duration(arrivals.ExpFloat64()*float64(time.Second)/t.perSecond), arrive)
	}
	cpu, err := timed(func() error { u.run(); return nil })
	if err != nil {
		return outcome{}, err
	}
	return t.outcome(requests, hits, cpu, latencies)
}
