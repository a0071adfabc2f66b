// Package pricing turns what an OpenAI call consumed into what it cost.
//
// It guarantees that a price is either known or said to be unknown: free,
// unpriced and zero are three different things. A model without a price, a
// part of the usage without a price (audio of a model that has only text
// prices, a service tier that is not listed), contradictory numbers and a
// usage in which there is nothing to price all yield false, never 0. Sums are
// exact: a call is rounded once, half up, to a millionth of a cent.
//
// It does not guarantee that a price is the one on your bill: the table has a
// date, and knows neither negotiated discounts, the surcharge for data
// residency, nor what tools such as web search cost by the call. A file of
// your own can replace any price.
//
// Usage does not say which cached tokens were audio or images. Tokens are
// counted as cached text as far as there is text; what is left over, because
// the parts are more than the whole, is cached audio, then cached images.
package pricing
