//go:build noprefetch

package cache

// prefetches tells that memory is read before it is needed.
const prefetches = false
