package workload

// quantiles are the values at 0, 10, 25, 50, 75, 90 and 99 %.
type quantiles [7]float64

// figures are measured on recorded traces:
//
//	code*      Azure/AzurePublicDataset, AzureLLMInferenceTrace_code.csv (2023), 8,819 requests, CC-BY-4.0
//	chat*      kvcache-ai/Mooncake, FAST25 conversation trace, 12,031 requests, Apache-2.0
//	gpt4*, gpt35*  BurstGPT v2 file 3, a slice of 10 hours, 132 requests, CC-BY-4.0
//	hours, gap*  alibaba/ServeGen, data/language/m-mid, 14 days and 109 clients, Apache-2.0
type figures struct {
	// Tokens of a request and its answer.
	codeInput, codeOutput quantiles
	chatInput, chatOutput quantiles
	gpt4Input, gpt4Output quantiles

	// chatCached is the share of Mooncake's input tokens that are in leading
	// blocks of 512 that an earlier request had.
	chatCached float64

	// Pace is all seconds over all output tokens of the calls that took a
	// second or more; spread is the standard deviation of the logarithm of a
	// single call's seconds a token.
	gpt4Pace, gpt4Spread   float64
	gpt35Pace, gpt35Spread float64

	// hours is the mean request rate of each hour of the day, from the
	// recording's start, over their mean. Gaps in the recording are left out.
	hours [24]float64

	// gapSteady and gapBursty are the median and the upper quartile of the
	// coefficient of variation of the gaps between one client's requests.
	gapSteady, gapBursty float64
}

func measured() figures {
	return figures{
		codeInput:  quantiles{3, 147, 578, 1469, 2745, 5194, 7436},
		codeOutput: quantiles{6, 7, 9, 13, 24, 55, 252},
		chatInput:  quantiles{890, 964, 2306, 6909, 15368, 27367, 85401},
		chatOutput: quantiles{1, 24, 156, 350, 472, 597, 1120},
		gpt4Input:  quantiles{12, 27, 151, 452, 985, 5805, 25085},
		gpt4Output: quantiles{15, 30, 60, 245, 501, 757, 879},
		chatCached: 0.374,
		gpt4Pace:   0.1154, gpt4Spread: 0.431,
		gpt35Pace: 0.0198, gpt35Spread: 0.786,
		hours: [24]float64{
			0.969, 1.001, 1.100, 1.122, 1.055, 0.955, 0.941, 1.018, 1.011, 1.013, 1.061, 1.066,
			0.974, 1.082, 1.015, 0.876, 0.869, 0.956, 0.932, 0.982, 1.047, 1.030, 0.946, 0.980,
		},
		gapSteady: 1.316,
		gapBursty: 2.512,
	}
}
