package sim

// A drawnAhead holds what is known of clients' requests that are drawn and not yet served, in their order: their sizes where the demand records them, and of
// which visits they are. A source puts it in and the clients take it out, so that arrivals need no room for it.
type drawnAhead[T any] struct {
	values []T
	head   int
}

func (d *drawnAhead[T]) put(values []T) {
	if d.head == len(d.values) || d.head > 2*blockRequests {
		d.values = append(d.values[:0], d.values[d.head:]...)
		d.head = 0
	}
	d.values = append(d.values, values...)
}

func (d *drawnAhead[T]) take() T {
	d.head++
	return d.values[d.head-1]
}

// at returns what is known of a request, 0 for that which is served next; false where it is not drawn yet.
func (d *drawnAhead[T]) at(n int) (value T, ok bool) {
	if n >= len(d.values)-d.head {
		return value, false
	}
	return d.values[d.head+n], true
}
