package workload

// A Service says how a request is served: [Cacheable], [Computed] or [Matched]. The simulator knows each of them, so
// there are no others.
type Service interface {
	// validate names the first field of the service that is out of range, or what is wrong with the workload
	// that it serves, by its path in the workload.
	validate(w *Workload) error
}
