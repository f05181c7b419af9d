package trace

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// A clock reads times: numbers in a unit since any epoch, or dates.
type clock struct {
	unit   time.Duration
	origin int64 // of numbers, in units before the epoch
	ignore bool
	last   string // and what it stands for: lines of the same second follow each other
	lastAt time.Duration
}

func clockOf(options Options, unit time.Duration) clock {
	c := clock{unit: options.TimeUnit, ignore: options.IgnoreTime}
	if c.unit <= 0 {
		c.unit = unit
	}
	return c
}

// dates are the ways to write an instant. Those without a zone are of UTC.
var dates = []string{time.RFC3339Nano, "02/Jan/2006:15:04:05 -0700", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00"}

// parse returns the time since the epoch.
func (c *clock) parse(from string) (time.Duration, error) {
	if c.ignore {
		return 0, nil
	}
	if from == c.last && from != "" {
		return c.lastAt, nil
	}
	at, err := c.read(from)
	if err == nil {
		c.last, c.lastAt = from, at
	}
	return at, err
}

func (c *clock) read(from string) (time.Duration, error) {
	beyond := func() error {
		return fmt.Errorf("time is %s in units of %v, which is beyond 292 years; another unit is meant", text.Quote(from), c.unit)
	}
	if whole, err := strconv.ParseInt(from, 10, 64); err == nil {
		if whole < math.MinInt64+c.origin {
			return 0, beyond()
		}
		whole -= c.origin
		if t := time.Duration(whole) * c.unit; t/c.unit == time.Duration(whole) {
			return t, nil
		}
		return 0, beyond()
	}
	if number, err := strconv.ParseFloat(from, 64); err == nil && number == number {
		number = math.Round(float64((number - float64(c.origin)) * float64(c.unit)))
		if !(number > -1<<63 && number < 1<<63) {
			return 0, beyond()
		}
		return time.Duration(number), nil
	}
	for _, layout := range dates {
		if at, err := time.Parse(layout, from); err == nil {
			if at.Year() < 1678 || at.Year() > 2261 {
				return 0, fmt.Errorf("time is %s; it must be between the years 1678 and 2261", text.Quote(from))
			}
			return time.Duration(at.UnixNano()), nil
		}
	}
	return 0, fmt.Errorf("time is %s; it must be a number, or a date such as 2026-01-31T12:00:00Z", text.Quote(from))
}
