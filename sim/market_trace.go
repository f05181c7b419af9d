package sim

// A marketTrace is told what a market does, as it does it. Any of its functions may be nil.
type marketTrace struct {
	admit func(g *game, ticket uint32)
	start func(g *game, match uint32, hasMoved bool)
	join  func(g *game, ticket, match uint32)
	gone  func(g *game, ticket uint32, why Reason)
	left  func(g *game, ticket uint32) // waits when the run ends
}

func (t *marketTrace) admits(g *game, ticket uint32) {
	if t != nil && t.admit != nil {
		t.admit(g, ticket)
	}
}

func (t *marketTrace) starts(g *game, match uint32, hasMoved bool) {
	if t != nil && t.start != nil {
		t.start(g, match, hasMoved)
	}
}

func (t *marketTrace) joins(g *game, ticket, match uint32) {
	if t != nil && t.join != nil {
		t.join(g, ticket, match)
	}
}

func (t *marketTrace) goes(g *game, ticket uint32, why Reason) {
	if t != nil && t.gone != nil {
		t.gone(g, ticket, why)
	}
}

func (t *marketTrace) leaves(g *game, ticket uint32) {
	if t != nil && t.left != nil {
		t.left(g, ticket)
	}
}
