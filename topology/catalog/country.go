package catalog

import "strings"

// otherNames are names of countries beside those of countries.csv, folded: the official ones of ISO 3166-1, and those
// in common use.
var otherNames = map[string]string{
	"uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
	"united kingdom of great britain and northern ireland": "GB",
	"usa": "US", "united states": "US", "u s a": "US", "u s": "US", "america": "US",
	"turkiye": "TR", "republic of turkiye": "TR",
	"korea republic of": "KR", "republic of korea": "KR", "korea south": "KR", "korea": "KR",
	"korea democratic people s republic of": "KP", "korea north": "KP", "democratic people s republic of korea": "KP",
	"russian federation": "RU", "iran islamic republic of": "IR", "islamic republic of iran": "IR",
	"viet nam": "VN", "syrian arab republic": "SY", "lao people s democratic republic": "LA",
	"moldova republic of": "MD", "republic of moldova": "MD",
	"tanzania united republic of": "TZ", "united republic of tanzania": "TZ",
	"bolivia plurinational state of": "BO", "plurinational state of bolivia": "BO",
	"venezuela bolivarian republic of": "VE", "bolivarian republic of venezuela": "VE",
	"taiwan province of china": "TW", "taiwan r o c": "TW", "hong kong sar": "HK", "hong kong s a r": "HK", "hong kong sar china": "HK",
	"macau": "MO", "macao sar": "MO", "macao sar china": "MO",
	"brunei darussalam": "BN", "czech republic": "CZ", "north macedonia": "MK", "republic of north macedonia": "MK",
	"the netherlands": "NL", "netherlands kingdom of the": "NL", "holland": "NL",
	"ivory coast": "CI", "cape verde": "CV", "swaziland": "SZ", "kingdom of eswatini": "SZ", "eswatini": "SZ",
	"burma": "MM", "myanmar burma": "MM", "east timor": "TL", "timor leste": "TL",
	"democratic republic of the congo": "CD", "congo democratic republic of the": "CD", "congo the democratic republic of the": "CD",
	"dr congo": "CD", "congo kinshasa": "CD", "congo brazzaville": "CG", "republic of the congo": "CG", "republic of congo": "CG",
	"palestine state of": "PS", "state of palestine": "PS", "palestinian territories": "PS",
	"micronesia federated states of": "FM", "federated states of micronesia": "FM",
	"bosnia and herzegovina": "BA", "bosnia": "BA", "dominican republic": "DO", "central african republic": "CF",
	"antigua and barbuda": "AG", "saint kitts and nevis": "KN", "saint vincent and the grenadines": "VC",
	"saint barthelemy": "BL", "saint martin": "MF", "saint martin french part": "MF", "sint maarten dutch part": "SX",
	"saint pierre and miquelon": "PM", "saint helena ascension and tristan da cunha": "SH",
	"cayman islands": "KY", "cook islands": "CK", "falkland islands": "FK", "falkland islands malvinas": "FK",
	"faroe islands": "FO", "marshall islands": "MH", "northern mariana islands": "MP", "pitcairn": "PN",
	"solomon islands": "SB", "turks and caicos islands": "TC", "virgin islands british": "VG", "british virgin islands": "VG",
	"virgin islands u s": "VI", "us virgin islands": "VI", "u s virgin islands": "VI", "wallis and futuna": "WF",
	"british indian ocean territory": "IO", "french polynesia": "PF", "equatorial guinea": "GQ", "south sudan": "SS",
	"western sahara": "EH", "tuvalu": "TV", "holy see": "VA", "vatican city": "VA", "aland islands": "AX",
	"the gambia": "GM", "the bahamas": "BS", "republic of ireland": "IE", "uae": "AE",
}

// CountryCode returns the ISO 3166-1 alpha-2 code of a country that is given by its code or its English
// name, the official one too ("Korea, Republic of"), in upper or lower case, with or without accents ("Türkiye"); UK
// stands for GB. False if it is none that is known.
func CountryCode(country string) (code string, ok bool) {
	w := loadWorld()
	if code = strings.ToUpper(country); w.continents[code] != "" {
		return code, true
	}
	name := fold(country)
	if code, ok = otherNames[name]; ok {
		return code, w.continents[code] != ""
	}
	code, ok = w.countries[name]
	return code, ok
}
