package sim

import (
	"context"
	"sync"
)

// matchesAtOnce is how many matches are handed over together.
const matchesAtOnce = 16

// A matchBatch is matches of one game that are to be played.
type matchBatch struct {
	game    int // in its market
	matches [matchesAtOnce]playedMatch
	used    int
}

func (b *matchBatch) isFull() bool { return b.used == matchesAtOnce }

// add takes over a match, and leaves it the memory of another.
func (b *matchBatch) add(p *playedMatch) {
	b.matches[b.used], *p = *p, b.matches[b.used]
	b.used++
}

// A playCrew plays the matches of a market while it runs: whoever is free takes the next batch, and the market plays itself where
// nobody is.
type playCrew struct {
	ctx   context.Context
	own   []arena       // of the market, by game
	books [][]*gameBook // of all, by worker and game
	work  chan *matchBatch
	free  chan *matchBatch
	done  sync.WaitGroup
	errs  []error
}

// newPlayCrew returns a crew of so many workers, the market among them. newArena makes an arena of a game with a book of its own.
func newPlayCrew(ctx context.Context, workers, games int, newArena func(game int) (arena, *gameBook)) *playCrew {
	c := &playCrew{ctx: ctx, work: make(chan *matchBatch), free: make(chan *matchBatch, 4*workers), errs: make([]error, workers)}
	arenas := func() (all []arena) {
		books := make([]*gameBook, games)
		for g := range games {
			var a arena
			a, books[g] = newArena(g)
			all = append(all, a)
		}
		c.books = append(c.books, books)
		return all
	}
	c.own = arenas()
	for w := 1; w < workers; w++ {
		theirs := arenas()
		c.done.Go(func() {
			for b := range c.work {
				if err := c.play(theirs, b); err != nil && c.errs[w] == nil {
					c.errs[w] = err
				}
			}
		})
	}
	return c
}

// batch returns an empty batch for a game.
func (c *playCrew) batch(game int) *matchBatch {
	select {
	case b := <-c.free:
		b.game, b.used = game, 0
		return b
	default:
		return &matchBatch{game: game}
	}
}

// take plays a batch, or lets another do it.
func (c *playCrew) take(b *matchBatch) error {
	select {
	case c.work <- b:
		return nil
	default:
		return c.play(c.own, b)
	}
}

func (c *playCrew) play(arenas []arena, b *matchBatch) error {
	for i := range b.used {
		if err := arenas[b.game].play(c.ctx, &b.matches[i]); err != nil {
			return err
		}
	}
	select {
	case c.free <- b:
	default:
	}
	return nil
}

// finish waits until all matches have been played.
func (c *playCrew) finish() error {
	close(c.work)
	c.done.Wait()
	for _, err := range c.errs {
		if err != nil {
			return err
		}
	}
	return nil
}
