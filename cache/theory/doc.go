// Package theory holds what is known of caches in closed form, as oracles for the simulator and to fill
// caches before a run.
//
// All formulas are for the independent reference model: every request is for object i with probability
// proportional to its rate, whatever came before. Real users repeat themselves, so real LRU caches do
// better than this at small sizes; use it to check a simulator and to bracket an answer.
//
//	objects := theory.Zipf(10_000, 0.8)
//	lru, err := theory.LRU(objects, 1_000)     // characteristic-time approximation
//	fmt.Println(lru.RequestHitRatio)           // 0.43666
//
// [LRU], [FIFO] (and RANDOM), [QLRU] and [TwoLRU] find the characteristic time, how long an object stays
// without being asked for (Che, Tung and Wang, Hierarchical Web Caching Systems, 2002; Martina, Garetto
// and Leonardi, A unified approach to the performance analysis of caching systems, INFOCOM 2014). For the
// sizes that matter they are within a few thousandths. [ExactLRU] and [ExactFIFO] are exact but only
// for few objects. [TTL] and [TTLWithFetch] are exact for caches without a capacity.
package theory
