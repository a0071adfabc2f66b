package pricing_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/pricing"
)

func newTable(t testing.TB) *pricing.Table {
	t.Helper()
	return overridden(t, "")
}

func overridden(t testing.TB, file string) *pricing.Table {
	t.Helper()
	table, err := pricing.New(pricing.Options{Override: []byte(file)})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

type priceCase struct {
	name, model string
	usage       kpi.Usage
	want        kpi.Money
}

// none is the price of what has no known one.
const none = -1

// priceCases are computed by hand. kpi.Money is millionths of a cent: a token
// at 1 dollar per million tokens is 100 of them.
func priceCases() []priceCase {
	return []priceCase{
		{"text", "gpt-4o", kpi.Usage{Input: 1000, Output: 500}, 750_000},                                                                              // 1000×250 + 500×1000
		{"cached", "gpt-4o", kpi.Usage{Input: 1000, CachedInput: 400, Output: 1}, 201_000},                                                            // 600×250 + 400×125 + 1000
		{"cached without its price", "gpt-4", kpi.Usage{Input: 10, CachedInput: 4}, 30_000},                                                           // 10×3000
		{"reasoning is output", "o3", kpi.Usage{Input: 10, Output: 1000, Reasoning: 900}, 802_000},                                                    // 10×200 + 1000×800
		{"rounds half up", "gpt-4o-mini", kpi.Usage{Input: 1, CachedInput: 1}, 8},                                                                     // 7.5
		{"rounds once", "gpt-4o-mini", kpi.Usage{Input: 3, CachedInput: 3, Output: 1}, 83},                                                            // 22.5 + 60
		{"rounds down", "gpt-5-nano", kpi.Usage{Input: 5, CachedInput: 4, Tier: "flex"}, 4},                                                           // 2.5 + 4×0.25 = 3.5
		{"cache write", "gpt-5.6-sol", kpi.Usage{Input: 1000, CachedInput: 100, CacheWriteInput: 200, Output: 10}, 510_000},                           // 700×500 + 100×50 + 200×625 + 10×3000
		{"cache write without its price", "gpt-4o", kpi.Usage{Input: 1000, CacheWriteInput: 200}, 250_000},                                            // 1000×250
		{"more parts than whole", "gpt-4o", kpi.Usage{Input: 10, CachedInput: 20}, 2500},                                                              // 20×125, no less than 0 uncached
		{"default tier", "gpt-4o", kpi.Usage{Input: 1000, Tier: "default"}, 250_000},                                                                  // 1000×250
		{"batch", "gpt-4o", kpi.Usage{Input: 1000, CachedInput: 500, Output: 100, Tier: "batch"}, 175_000},                                            // 1000×125 + 100×500: no discount on discount
		{"flex", "gpt-5", kpi.Usage{Input: 1000, CachedInput: 500, Output: 100, Tier: "flex"}, 84_375},                                                // 500×62.5 + 500×6.25 + 100×500
		{"priority", "gpt-4.1", kpi.Usage{Input: 1000, Output: 100, Tier: "priority"}, 490_000},                                                       // 1000×350 + 100×1400
		{"tier without price", "gpt-4o", kpi.Usage{Input: 1000, Tier: "flex"}, none},                                                                  //
		{"unheard-of tier", "gpt-4o", kpi.Usage{Input: 1000, Tier: "scale"}, none},                                                                    //
		{"up to the long context", "gpt-5.4", kpi.Usage{Input: 272_000, Output: 10}, 68_015_000},                                                      // 272000×250 + 10×1500
		{"long context", "gpt-5.4", kpi.Usage{Input: 272_001, CachedInput: 1, Output: 10}, 136_022_550},                                               // 272000×500 + 50 + 10×2250
		{"long context in batch", "gpt-5.6-luna", kpi.Usage{Input: 300_000, Output: 10, Tier: "batch"}, 6_000_900},                                    // 300000×20 + 10×90
		{"long context without price", "gpt-5.4", kpi.Usage{Input: 300_000, Tier: "priority"}, none},                                                  //
		{"audio", "gpt-audio", kpi.Usage{Input: 100, AudioInput: 60, Output: 50, AudioOutput: 40}, 468_000},                                           // 40×250 + 60×3200 + 10×1000 + 40×6400
		{"audio without price", "gpt-4o", kpi.Usage{Input: 100, AudioInput: 60}, none},                                                                //
		{"audio output without price", "gpt-4o", kpi.Usage{Output: 100, AudioOutput: 60}, none},                                                       //
		{"cached audio", "gpt-realtime-mini", kpi.Usage{Input: 100, AudioInput: 80, CachedInput: 50}, 50_000 + 900 + 120},                             // 20 text cached ×6, 30 audio cached ×30, 50 audio ×1000
		{"images seen as text", "gpt-4o", kpi.Usage{Input: 100, ImageInput: 60}, 25_000},                                                              // 100×250
		{"an image edit, recorded", "gpt-image-1.5", kpi.Usage{Input: 221, ImageInput: 194, Output: 415, ImageOutput: 272}, 1_182_100},                // 27×500 + 194×800 + 143×1000 + 272×3200
		{"image output without its share", "gpt-image-1.5", kpi.Usage{Input: 10, Output: 100}, 325_000},                                               // 10×500 + 100×3200
		{"tokens before images", "gpt-image-1", kpi.Usage{Input: 10, Output: 272, Images: 1, ImageQuality: "low", ImageSize: "1024x1024"}, 1_093_000}, // 10×500 + 272×4000
		{"image by quality and size", "gpt-image-1", kpi.Usage{Images: 2, ImageQuality: "medium", ImageSize: "1024x1536"}, 12_600_000},                // 2×6.3 cents
		{"image of unknown quality", "gpt-image-1", kpi.Usage{Images: 1, ImageSize: "1024x1024"}, none},                                               //
		{"dall-e by default", "dall-e-3", kpi.Usage{Images: 1}, 4_000_000},                                                                            // 4 cents
		{"dall-e hd", "dall-e-3", kpi.Usage{Images: 3, ImageQuality: "hd", ImageSize: "1792x1024"}, 36_000_000},                                       // 3×12 cents
		{"dall-e 2", "dall-e-2", kpi.Usage{Images: 10, ImageSize: "256x256"}, 16_000_000},                                                             // 10×1.6 cents
		{"dall-e of another size", "dall-e-2", kpi.Usage{Images: 1, ImageSize: "1024x1792"}, none},                                                    //
		{"dall-e without a count", "dall-e-3", kpi.Usage{ImageSize: "1024x1024"}, none},                                                               //
		{"dall-e in batch", "dall-e-3", kpi.Usage{Images: 1, Tier: "batch"}, none},                                                                    //
		{"whisper", "whisper-1", kpi.Usage{AudioSeconds: 4}, 40_000},                                                                                  // 4/60 × 0.6 cents
		{"part of a second", "whisper-1", kpi.Usage{AudioSeconds: 8.2}, 82_000},                                                                       // 8.2/60 × 0.6 cents
		{"transcription, recorded", "gpt-4o-transcribe", kpi.Usage{Input: 37, AudioInput: 37, Output: 12}, 34_200},                                    // 37×600 + 12×1000
		{"transcription by time", "gpt-4o-mini-transcribe", kpi.Usage{AudioSeconds: 60}, 300_000},                                                     // 0.3 cents
		{"speech", "tts-1", kpi.Usage{Characters: 1234}, 1_851_000},                                                                                   // 1234×1500
		{"speech by tokens", "gpt-4o-mini-tts", kpi.Usage{Input: 10, Output: 100}, 120_600},                                                           // 10×60 + 100×1200
		{"tokens without price", "tts-1", kpi.Usage{Input: 10}, none},                                                                                 //
		{"embedding", "text-embedding-3-small", kpi.Usage{Input: 8}, 16},                                                                              // 8×2
		{"embedding in batch", "text-embedding-3-large", kpi.Usage{Input: 1000, Tier: "batch"}, 6500},                                                 // 1000×6.5
		{"output without price", "text-embedding-3-small", kpi.Usage{Input: 8, Output: 1}, none},                                                      //
		{"nothing to price", "gpt-4o", kpi.Usage{}, none},                                                                                             //
		{"free", "omni-moderation-latest", kpi.Usage{Input: 100}, 0},                                                                                  //
		{"free and empty", "text-moderation-stable", kpi.Usage{}, 0},                                                                                  //
		{"unknown model", "gpt-99", kpi.Usage{Input: 1}, none},                                                                                        //
		{"negative", "gpt-4o", kpi.Usage{Input: -1, Output: 5}, none},                                                                                 //
		{"the most", "gpt-4o", kpi.Usage{Input: 1e12}, 250e12},                                                                                        // 1e12×250
		{"more than the most", "gpt-4o", kpi.Usage{Input: 1e12 + 1}, none},                                                                            //
		{"NaN", "whisper-1", kpi.Usage{AudioSeconds: math.NaN()}, none},                                                                               //
		{"endless", "whisper-1", kpi.Usage{AudioSeconds: math.Inf(1)}, none},                                                                          //
		{"more than money holds", "dall-e-3", kpi.Usage{Images: 1e13, ImageQuality: "hd"}, none},                                                      //
	}
}

func TestPrice(t *testing.T) {
	t.Parallel()
	table := newTable(t)
	for _, c := range priceCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, known := table.Price(c.model, "", c.usage)
			if !known {
				if got != 0 {
					t.Errorf("an unknown price comes with %d", got)
				}
				got = none
			}
			if got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

// TestExact holds prices against rational arithmetic, at any count.
func TestExact(t *testing.T) {
	t.Parallel()
	table := newTable(t)
	random := rand.New(rand.NewPCG(1, 2))
	count := func() int64 { return random.Int64N(1 + 1_000_000_000_000>>random.IntN(40)) }
	for range 20_000 {
		u := kpi.Usage{CachedInput: count() / 2, Output: count()}
		u.Input = u.CachedInput + count()/2
		got, known := table.Price("gpt-5-mini", "", u) // 0.25, 0.025 and 2 dollars
		sum := new(big.Rat).SetInt64(u.Input - u.CachedInput)
		sum.Mul(sum, big.NewRat(25, 1))
		sum.Add(sum, new(big.Rat).Mul(new(big.Rat).SetInt64(u.CachedInput), big.NewRat(5, 2)))
		sum.Add(sum, new(big.Rat).Mul(new(big.Rat).SetInt64(u.Output), big.NewRat(200, 1)))
		want := halfUp(sum)
		if wantKnown := u.Input+u.Output > 0; known != wantKnown || want.Cmp(big.NewInt(int64(got))) != 0 {
			t.Fatalf("%+v: got %d (%v), want %v", u, got, known, want)
		}
	}
}

// halfUp rounds to a whole number, halves up.
func halfUp(r *big.Rat) *big.Int {
	r = new(big.Rat).Add(r, big.NewRat(1, 2))
	return new(big.Int).Div(r.Num(), r.Denom())
}

func TestMillionAdditionsDoNotDrift(t *testing.T) {
	t.Parallel()
	table := newTable(t)
	var sum kpi.Money
	for range 1_000_000 {
		cost, _ := table.Price("gpt-4o-mini", "chat", kpi.Usage{Input: 7, Output: 3})
		sum += cost
	}
	// 7×15 + 3×60 = 285 millionths of a cent each.
	if sum != 285_000_000 || sum.Cents() != 285 {
		t.Errorf("got %d, %v cents", sum, sum.Cents())
	}
}

func BenchmarkPrice(b *testing.B) {
	table := newTable(b)
	u := kpi.Usage{Input: 1469, CachedInput: 512, Output: 28}
	for _, model := range []string{"gpt-4o-mini", "ft:gpt-4o-mini-2024-07-18:acme:name:id", "no-such-model"} {
		b.Run(model, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				table.Price(model, "chat", u)
			}
		})
	}
}
