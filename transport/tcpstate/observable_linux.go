package tcpstate

// NotObservable says why no states are told on this system: here they are.
const NotObservable = ""
