package cache

type lirs struct{ core }

func newLIRS(c core, _ *spec) rule { return newLRU(c, nil) }
