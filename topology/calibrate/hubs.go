package calibrate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The hubs of the world and the cables between them. Assumed: drawn by hand, once, from where the large
// exchanges and the landing points of the great cables are; nothing of it is fitted. Who is further from Moscow than 3,600 km does not go there
// by a line of its own: the great circle from India crosses what no cable crosses. Nor does anybody go 4,500 km over the South Atlantic or the Indian Ocean
// to a hub of the southern continents, over the Tasman Sea to Auckland (1,200 km), or along the Andes to Santiago (2,600 km), by a line of their own. IDs are the
// codes of cities or of their airports.
var hubsOfTheWorld = []Hub{
	{ID: "FRA", LatDeg: 50.1, LonDeg: 8.7}, {ID: "AMS", LatDeg: 52.37, LonDeg: 4.9}, {ID: "LON", LatDeg: 51.5, LonDeg: -0.1}, {ID: "PAR", LatDeg: 48.86, LonDeg: 2.35}, {ID: "MRS", LatDeg: 43.3, LonDeg: 5.4},
	{ID: "STO", LatDeg: 59.3, LonDeg: 18}, {ID: "VIE", LatDeg: 48.2, LonDeg: 16.4}, {ID: "MIL", LatDeg: 45.5, LonDeg: 9.2}, {ID: "MAD", LatDeg: 40.4, LonDeg: -3.7}, {ID: "MOW", LatDeg: 55.75, LonDeg: 37.6, InternetKm: 3600, BackboneKm: 3600},
	{ID: "NYC", LatDeg: 40.7, LonDeg: -74}, {ID: "IAD", LatDeg: 39, LonDeg: -77.5}, {ID: "ATL", LatDeg: 33.7, LonDeg: -84.4}, {ID: "MIA", LatDeg: 25.8, LonDeg: -80.2}, {ID: "CHI", LatDeg: 41.9, LonDeg: -87.6},
	{ID: "DAL", LatDeg: 32.8, LonDeg: -96.8}, {ID: "DEN", LatDeg: 39.7, LonDeg: -105}, {ID: "LAX", LatDeg: 34, LonDeg: -118.2}, {ID: "SJC", LatDeg: 37.3, LonDeg: -121.9}, {ID: "SEA", LatDeg: 47.6, LonDeg: -122.3},
	{ID: "TOR", LatDeg: 43.65, LonDeg: -79.4}, {ID: "SIN", LatDeg: 1.3, LonDeg: 103.8}, {ID: "HKG", LatDeg: 22.3, LonDeg: 114.2}, {ID: "TYO", LatDeg: 35.7, LonDeg: 139.7}, {ID: "BOM", LatDeg: 19.1, LonDeg: 72.9},
	{ID: "SYD", LatDeg: -33.9, LonDeg: 151.2, InternetKm: 4500, BackboneKm: 4500}, {ID: "AKL", LatDeg: -36.85, LonDeg: 174.76, InternetKm: 1200, BackboneKm: 1200},
	{ID: "SAO", LatDeg: -23.5, LonDeg: -46.6, InternetKm: 4500, BackboneKm: 4500}, {ID: "BUE", LatDeg: -34.6, LonDeg: -58.4, InternetKm: 4500, BackboneKm: 4500}, {ID: "SCL", LatDeg: -33.4, LonDeg: -70.7, InternetKm: 2600, BackboneKm: 2600},
	{ID: "JNB", LatDeg: -26.2, LonDeg: 28, InternetKm: 4500, BackboneKm: 4500}, {ID: "CPT", LatDeg: -33.92, LonDeg: 18.42, InternetKm: 4500, BackboneKm: 4500},
}

// Those who buy transit there meet in the Gulf (SmartHub and UAE-IX, and the landing points of Fujairah; Bahrain, where the lines of
// the Gulf's states meet: players of Doha and of Dammam measured 9 and 10 ms to a site there, their last mile included), on the Red Sea (the
// landing points of Jeddah) and on the coast of East Africa (the landing points of Mombasa, and Nairobi's KIXP behind them). Peru meets in Lima. Angola meets in Luanda, where SACS and WACS land, and the north-east of Brazil in
// Fortaleza. Providers have
// sites of their own in the Gulf and in Dublin, whose cables to America their backbones take. Of the Internet's ways Ireland's
// servers measured none that is much shorter than London's.
var regionalHubs = []Hub{
	{ID: "FJR", LatDeg: 25.2, LonDeg: 55.7, Regional: true, Through: true, BackboneKm: 800}, {ID: "MBA", LatDeg: -4.05, LonDeg: 39.67, Regional: true, Through: true},
	{ID: "BAH", LatDeg: 26.2, LonDeg: 50.5, Regional: true, BackboneKm: 800}, {ID: "JED", LatDeg: 21.5, LonDeg: 39.2, Regional: true, InternetKm: 800},
	{ID: "DUB", LatDeg: 53.35, LonDeg: -6.26, Regional: true, BackboneKm: 250}, {ID: "LIM", LatDeg: -12.05, LonDeg: -77.04, Regional: true, InternetKm: 600, BackboneKm: 600},
	{ID: "LAD", LatDeg: -8.84, LonDeg: 13.23, Regional: true, InternetKm: 600}, {ID: "FOR", LatDeg: -3.73, LonDeg: -38.53, Regional: true, InternetKm: 600, BackboneKm: 600},
}

// TEAMS to Fujairah is 5,000 km long (Daily Nation, April 2009; 4,500 elsewhere), and the Europe-Persia Express Gateway by Iran,
// Azerbaijan, Ukraine and Poland to Frankfurt 10,000 with its branches (Region Plus, September 2015; 6,000 as planned). Assumed: how the
// 17,000 km of SEACOM, from South Africa by Mombasa to Marseille with a branch to Mumbai, are divided into three; EASSy is 10,000 km from
// South Africa to Port Sudan. AEConnect from Killala to New York is 5,475 km long (Irish Daily Mail, August 2015; 3,440 miles elsewhere), and
// Hibernia Express lands in Cork: from Dublin it is the great circle, as of all cables over the Atlantic here.
//
// SACS from Luanda to Fortaleza is 6,300 km long, 63 ms there and back from shore to shore (TechCentral, January 2018; 6,165 km elsewhere). Servers in the two towns
// were some 100 ms apart when it had opened, and over 300 before (Oracle Dyn by Agence Ecofin, September 2018). From Fortaleza it leads on to Miami by Monet
// and to Sao Paulo over land (lengths assumed), so that LAD-MIA and LAD-SAO are both in one. Those who buy in Luanda alone take it: players of South America were
// measured at 300 to 350 ms from Cape Town, by the north. LAD-LON and LAD-CPT are the parts of WACS (assumed).
const cablesOfRegionalHubs = `
FJR-BOM FJR-SIN=6200 FJR-MRS=8200 FJR-FRA=10000 BAH-FJR BAH-BOM=2600 BAH-SIN=6800 BAH-MRS=5700
JED-MRS=4300 JED-BAH=1700 JED-FJR=2600 JED-BOM=4500 JED-SIN=8200
MBA-FJR=5000 MBA-BOM=5000 MBA-MRS=9000 MBA-JNB=4000
DUB-LON DUB-NYC
LIM-SCL=2700 LIM-MIA=4850
LAD-LON=9500 LAD-CPT=3100 LAD-FOR=6300 LAD-SAO=9600 LAD-MIA=12200 FOR-SAO=3300 FOR-MIA=5900`

// Cables by Suez are as long as a line along the Red Sea and by Egypt and Sicily, and those to Singapore as one by Ceylon and Sumatra: the
// great circle would cross Turkey, Iran and India. That is the least that a cable can have: IMEWE from Mumbai to Marseille is 12,091 km with
// its branches (CommsUpdate, January 2016), India-Europe-Xpress from Mumbai to Italy 10,000 (Data Center Dynamics, June 2024).
//
// So are those around Africa, South America and Australia, whose great circles would cross the Sahara, the Amazon and the Australian desert: as
// long as a line from cape to cape. Cape Town to London by the west coast is the way of WACS (14,530 km as laid, 138.5 ms there and back from shore to
// shore; submarinenetworks.com), Johannesburg to Marseille by the east coast that of SEACOM. To Brazil lead cables by Fortaleza, such as Monet from Florida (10,556 km
// to Santos; Capacity, 2017) and Seabras-1 from New York (10,700 km as planned; Seaborn), and from there lines over land; along the Andes SAm-1. From Singapore to Sydney leads
// INDIGO by Perth (4,600 and 4,850 km; DataCenterNews, October 2018), from Auckland to Los Angeles Southern Cross, from Sydney to Japan the Australia-Japan Cable by Guam.
//
// Stockholm reaches Amsterdam by Copenhagen and Hamburg, too: 600 km of fibre from Hamburg (Eurofiber, September 2022), the rest assumed. Vienna reaches
// Milan by Villach and Venice (Telekom Austria's ring, Der Standard, June 2003; its length assumed).
const cablesOfTheWorld = `
FRA-AMS FRA-LON FRA-PAR FRA-VIE FRA-MIL FRA-STO FRA-MOW STO-AMS=1600 VIE-MIL=900 AMS-LON LON-PAR LON-MAD PAR-MRS PAR-MAD MIL-MRS STO-MOW
LON-NYC LON-IAD PAR-NYC AMS-NYC
NYC-IAD NYC-CHI NYC-TOR NYC-MIA TOR-CHI IAD-ATL IAD-CHI ATL-MIA ATL-DAL CHI-DAL CHI-DEN CHI-SEA DEN-SJC DEN-DAL
DAL-LAX LAX-SJC SJC-SEA
SEA-TYO SJC-TYO LAX-TYO LAX-SYD LAX-HKG TYO-HKG TYO-SIN HKG-SIN SIN-SYD=8100 SYD-TYO=8000 SYD-AKL=2300 AKL-LAX=10500 SIN-BOM=4400 SIN-MRS=12200 BOM-MRS=8500
MIA-SAO=8000 NYC-SAO=8600 SAO-BUE=2100 BUE-SCL=1400 SCL-MIA=7500
LON-CPT=11200 CPT-JNB=1400 MRS-JNB=13000`

// meetMs is some 5,000 km. Assumed; with and without it was tried.
const meetMs = 60

// worldTrunks returns the trunks that [Fit] builds on: those of the world's hubs and, where it is known who buys transit where, of
// the regional ones.
func worldTrunks(transit map[string][]Purchase) (*Trunks, error) {
	hubs, words := hubsOfTheWorld, cablesOfTheWorld
	if transit != nil {
		hubs, words = slices.Concat(hubs, regionalHubs), words+" "+cablesOfRegionalHubs
	}
	var cables []Cable
	for _, word := range strings.Fields(words) {
		pair, length, hasLength := strings.Cut(word, "=")
		var c Cable
		c.A, c.B, _ = strings.Cut(pair, "-")
		if hasLength {
			km, err := strconv.ParseFloat(length, 64)
			if err != nil {
				return nil, fmt.Errorf("cable %s: %w", word, err)
			}
			c.Km = km
		}
		cables = append(cables, c)
	}
	t, err := NewTrunks(hubs, cables)
	if err != nil {
		return nil, err
	}
	t.Transit = transit
	if transit != nil {
		t.MeetMs = meetMs
	}
	return t, t.validate()
}
