package freshness

import (
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// validateTogether names the first field that has no effect at any cache, whatever its rules, beside another that says the contrary. Prohibitions go with each
// other and with times of 0, as in "no-cache, no-store, max-age=0, must-revalidate"; max-age goes with s-maxage, as it is for browsers; Last-Modified with
// any lifetime.
func (c *Control) validateTogether() error {
	contrary := func(is bool, field string, value any, want string) error {
		return invalid.Check(!is, field, value, want)
	}
	lifetimes := func(is bool, why string) error {
		return invalid.First(contrary(is && c.MaxAge.Of > 0, "MaxAge", c.MaxAge.Of, why), contrary(is && c.SharedMaxAge.Of > 0, "SharedMaxAge", c.SharedMaxAge.Of, why))
	}
	const (
		unkept   = "0 or nothing beside no_store: no cache keeps the object"
		unstale  = "0 or nothing beside no_store: no cache serves the object stale"
		unused   = "0 or nothing beside no_cache: the object is confirmed before each use, whatever its lifetime"
		isError  = "nothing beside a status of 400 or more: errors are fetched anew, never confirmed"
		unserved = "0 or nothing beside a status of 500 or more: where fetching one fails there is another error"
	)
	status := c.Answer()
	return invalid.First(
		lifetimes(c.NoStore, unkept),
		contrary(c.NoStore && c.StaleWhileRevalidate.Of > 0, "StaleWhileRevalidate", c.StaleWhileRevalidate.Of, unstale),
		contrary(c.NoStore && c.StaleIfError.Of > 0, "StaleIfError", c.StaleIfError.Of, unstale),
		lifetimes(c.NoCache, unused),
		contrary(status != Good && c.Validator, "Validator", c.Validator, isError),
		contrary(status != Good && c.LastModified > 0, "LastModified", c.LastModified, isError),
		contrary(status != Good && c.Changes != (Changes{}), "Changes.Mean", c.Changes.Mean, isError),
		contrary(status == Broken && c.StaleIfError.Of > 0, "StaleIfError", c.StaleIfError.Of, unserved),
	)
}

// validateTogether names the first rule that has no effect in a profile, or beside another rule.
func (r *Rules) validateTogether(is *profile) error {
	var errs []error
	wrong := func(is bool, field string, value Span, want string, args ...any) {
		if is && value.Said {
			errs = append(errs, invalid.New(field, value.Of, want, args...))
		}
	}
	wrong(r.MaxTTL.Said && r.MinTTL.Of > r.MaxTTL.Of, "MinTTL", r.MinTTL, "at most MaxTTL, %s", words.Duration(r.MaxTTL.Of))
	wrong(r.MinTTL.Said && r.DefaultTTL.Of < r.MinTTL.Of, "DefaultTTL", r.DefaultTTL, "at least MinTTL, %s", words.Duration(r.MinTTL.Of))
	wrong(r.MaxTTL.Said && r.DefaultTTL.Of > r.MaxTTL.Of, "DefaultTTL", r.DefaultTTL, "at most MaxTTL, %s", words.Duration(r.MaxTTL.Of))
	if is == nil {
		return invalid.First(errs...)
	}
	wrong(is.onError == neverOnError, "StaleIfError", r.StaleIfError, "nothing in the profile %s: it serves nothing stale on errors", is.name)
	wrong(is.onError == alwaysOnError, "StaleIfError", r.StaleIfError, "nothing in the profile %s: on errors it serves what is stale, whatever its age", is.name)
	wrong(is.updating, "StaleWhileRevalidate", r.StaleWhileRevalidate, "nothing in the profile %s: it serves what is stale while it is fetched, whatever its age", is.name)
	return invalid.First(errs...)
}
