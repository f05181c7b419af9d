package topology

// ReadOptions say how files of a user's own are read. The zero value is strict, and tells nobody what is odd.
type ReadOptions struct {
	// Country finds the ISO 3166-1 alpha-2 code of a country by what stands in the file. Nil takes any two capitals for
	// a code, and nothing else. Package catalog knows codes and names: see catalog.CountryCode.
	Country func(country string) (code string, ok bool)
	// WantID says what a node's ID must be, if it is not that: "" allows it. Nil allows all.
	WantID func(id string) string
	// Warn hears what is odd but not wrong, such as a column that is not read, a sentence at a time, with file and
	// line. Nil does not listen.
	Warn func(warning string)
}

// country returns the code of a country.
func (o ReadOptions) country(name string) (code string, ok bool) {
	if o.Country != nil {
		return o.Country(name)
	}
	return name, len(name) == 2 && name[0] >= 'A' && name[0] <= 'Z' && name[1] >= 'A' && name[1] <= 'Z'
}

// wantCountry says what is allowed.
func (o ReadOptions) wantCountry() string {
	if o.Country != nil {
		return "a country's code such as US, its English name, or nothing"
	}
	return "a two-letter code such as US"
}
