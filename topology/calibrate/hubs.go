package calibrate

import "strings"

// The hubs of the world and the cables between them. Assumed: drawn by hand, once, from where the large
// exchanges and the landing points of the great cables are; nothing of it is fitted. IDs are the codes of
// cities or of their airports.
var hubsOfTheWorld = []Hub{
	{"FRA", 50.1, 8.7}, {"AMS", 52.37, 4.9}, {"LON", 51.5, -0.1}, {"PAR", 48.86, 2.35}, {"MRS", 43.3, 5.4},
	{"STO", 59.3, 18}, {"VIE", 48.2, 16.4}, {"MIL", 45.5, 9.2}, {"MAD", 40.4, -3.7}, {"MOW", 55.75, 37.6},
	{"NYC", 40.7, -74}, {"IAD", 39, -77.5}, {"ATL", 33.7, -84.4}, {"MIA", 25.8, -80.2}, {"CHI", 41.9, -87.6},
	{"DAL", 32.8, -96.8}, {"DEN", 39.7, -105}, {"LAX", 34, -118.2}, {"SJC", 37.3, -121.9}, {"SEA", 47.6, -122.3},
	{"TOR", 43.65, -79.4}, {"SIN", 1.3, 103.8}, {"HKG", 22.3, 114.2}, {"TYO", 35.7, 139.7}, {"BOM", 19.1, 72.9},
	{"SYD", -33.9, 151.2}, {"SAO", -23.5, -46.6}, {"BUE", -34.6, -58.4}, {"SCL", -33.4, -70.7}, {"JNB", -26.2, 28},
}

const cablesOfTheWorld = `
FRA-AMS FRA-LON FRA-PAR FRA-VIE FRA-MIL FRA-STO FRA-MOW AMS-LON LON-PAR LON-MAD PAR-MRS PAR-MAD MIL-MRS STO-MOW
LON-NYC LON-IAD PAR-NYC AMS-NYC
NYC-IAD NYC-CHI NYC-TOR NYC-MIA TOR-CHI IAD-ATL IAD-CHI ATL-MIA ATL-DAL CHI-DAL CHI-DEN CHI-SEA DEN-SJC DEN-DAL
DAL-LAX LAX-SJC SJC-SEA
SEA-TYO SJC-TYO LAX-TYO LAX-SYD LAX-HKG TYO-HKG TYO-SIN HKG-SIN SIN-SYD SIN-BOM SIN-MRS BOM-MRS
MIA-SAO NYC-SAO SAO-BUE BUE-SCL SCL-MIA
LON-JNB MRS-JNB`

// worldTrunks returns the trunks that [Fit] builds on.
func worldTrunks() (*Trunks, error) {
	var cables [][2]string
	for _, pair := range strings.Fields(cablesOfTheWorld) {
		a, b, _ := strings.Cut(pair, "-")
		cables = append(cables, [2]string{a, b})
	}
	return NewTrunks(hubsOfTheWorld, cables)
}
