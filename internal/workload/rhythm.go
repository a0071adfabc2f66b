package workload

import "time"

// Rhythm makes nights and weekends in a place.
func Rhythm(place *time.Location) Staging {
	return func(_ string, at time.Time) Conditions {
		c := Usual()
		local := at.In(place)
		share := float64(local.Minute()) / 60
		c.Rate = (1-share)*hourly(local) + share*hourly(local.Add(time.Hour))
		return c
	}
}

// hourly is the factor on the usual rates at the beginning of an hour. Chosen:
// a workday is busy from the morning until late in the evening, and busiest
// after work; a day of the weekend begins later and stays calmer.
func hourly(local time.Time) float64 {
	if day := local.Weekday(); day == time.Saturday || day == time.Sunday {
		return [24]float64{
			0.32, 0.25, 0.20, 0.17, 0.16, 0.18, 0.28, 0.43, 0.60, 0.71, 0.80, 0.86,
			0.86, 0.84, 0.85, 0.88, 0.90, 0.91, 0.93, 0.96, 0.98, 0.88, 0.68, 0.46,
		}[local.Hour()]
	}
	return [24]float64{
		0.26, 0.20, 0.17, 0.16, 0.17, 0.22, 0.36, 0.56, 0.78, 0.92, 0.98, 0.97,
		0.93, 0.92, 0.95, 0.97, 1.00, 1.00, 1.04, 1.10, 1.12, 1.00, 0.72, 0.43,
	}[local.Hour()]
}

// Daytime is the place nearest to one in which it is between ten and ten in
// the evening at a time.
func Daytime(now time.Time, near *time.Location) *time.Location {
	const opens, closes = 10, 22
	local := now.In(near)
	_, offset := local.Zone()
	ahead := 0
	switch hour := local.Hour(); {
	case hour >= closes:
		ahead = closes - 1 - hour
	case hour < opens && opens-hour <= hour+24-closes+1:
		ahead = opens - hour
	case hour < opens:
		ahead = closes - 1 - (hour + 24)
	}
	if ahead == 0 {
		return near
	}
	return time.FixedZone("", offset+ahead*3600)
}
