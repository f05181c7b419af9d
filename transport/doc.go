// Package transport says what a connection costs: the round trips of its handshake, the windows in which a
// new one sends, the rate that packet loss leaves. All of it is exact arithmetic; nothing knows who asks for
// what, or where.
//
// The examples of [Handshake.RoundTrips] and [Connection.TransferTime] are its table: round trips by stack, rounds and times by size.
package transport
