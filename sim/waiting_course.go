package sim

// A waitingCourse sums up, step by step of a [Course], how long jobs waited for servers, all together: when they wait, whoever asked, and whether he still waits for them or
// has given up.
type waitingCourse struct {
	ruler
	sums []uint64 // in us, of steps in which somebody began or ended to wait
	// change is how many more wait from the beginning of a step to its end than in that before.
	change []int64
}

// newWaitingCourse returns that of a plan's steps, nil where nobody asks for them.
func (p *Plan) newWaitingCourse() *waitingCourse {
	if p.scenario.Timeline == nil {
		return nil
	}
	c := &waitingCourse{ruler: p.newRuler()}
	c.sums, c.change = make([]uint64, c.steps), make([]int64, c.steps+1)
	return c
}

// add notes that so many waited from one instant to another, both in recorded time, in whole us: what of it is in each step sums to the whole.
func (c *waitingCourse) add(from, to int64, count int) {
	if c == nil || from >= to || count <= 0 {
		return
	}
	first := c.index(from)
	ends := c.lastFrom + c.length
	last := c.index(to)
	if first == last {
		c.sums[first] += usOf(count, from, to)
		return
	}
	c.sums[first] += usOf(count, from, ends)
	c.sums[last] += usOf(count, c.lastFrom, to)
	c.change[first+1] += int64(count)
	c.change[last] -= int64(count)
}

// inUs returns the sums of all steps.
func (c *waitingCourse) inUs() []uint64 {
	all, count := make([]uint64, len(c.sums)), int64(0)
	for i, us := range c.sums {
		count += c.change[i]
		from := c.from + int64(i)*c.length
		all[i] = us + usOf(int(count), from, from+c.length)
	}
	return all
}
