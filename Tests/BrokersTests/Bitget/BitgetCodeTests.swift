import Brokers
import Core
import Testing

/// The venue's documented codes, written down from its documentation and not from the client's table: what each asks
/// for, and what the rest of the house is told.
@Suite struct BitgetCodeTests {
    /// Codes of one meaning; `40001-40003` stands for all from the first to the last.
    struct Row: CustomTestStringConvertible {
        let meaning: String
        let verdict: BitgetVerdict
        let remedy: VenueError.Remedy
        let codes: [String]

        init(_ meaning: String, _ verdict: BitgetVerdict, _ remedy: VenueError.Remedy, _ codes: String) {
            (self.meaning, self.verdict, self.remedy) = (meaning, verdict, remedy)
            self.codes = codes.split(separator: " ").flatMap { part -> [String] in
                let ends = part.split(separator: "-").compactMap { Int($0) }
                return ends.count == 2 ? (ends[0]...ends[1]).map(String.init) : [String(part)]
            }
        }

        var testDescription: String { meaning }
    }

    static let documented = [
        Row("throttled: wait, certainly not done", .throttled, .rateLimited, "429 25004 70228 59044 1001"),
        Row("timestamp: set the clock and send again", .clock, .retryable, "40008 40004 40911 40005 40078"),
        Row("a receive window that is too long", .rejected, .rejected, "40079"),
        Row("signature: halt", .configuration, .configuration, "40009 40001-40003 40507"),
        Row("key or passphrase: halt", .configuration, .configuration, "40006 40012 40036 40037 40041 40011"),
        Row(
            "permission, address, identity, region: halt", .configuration, .configuration,
            "40014 40018 40038 40022-40026 40013 40103 40104 40111 40101 22010 40753 40916 45107 45108"),
        Row("wrong family or environment: halt", .configuration, .configuration, "40085 40084 40731 40099"),
        Row(
            "not there in the demo environment: halt", .configuration, .configuration, "40081 40105 40110 22030 22035"
        ),
        Row("a client id twice: look for the first", .duplicate, .rejected, "40786 45034 43118 50060 40708 25212"),
        Row("form of the client id", .rejected, .rejected, "40304 40305 40402"),
        Row(
            "not enough money", .rejected, .rejected,
            "43012 40754 40762 45002 40798 40800 40711 40712 45123 50020 12001"),
        Row("too small", .rejected, .rejected, "45110 45111 43006 43027 43037 43010 43042 22034 45114"),
        Row("too large", .rejected, .rejected, "45112 45120 45113 43007 43038 22029 40921 40928 45103 45104"),
        Row("too many orders: later", .retry, .retryable, "40761 40723 43005 43128 45118 40889 40890 43071 45116"),
        Row("precision or step", .rejected, .rejected, "41103 22038 45115 45035 43028 40787 01002"),
        Row(
            "price band", .rejected, .rejected,
            "40815 40816 22006-22009 43008 43009 43039 43040 40706 40820 40821 41117 22046 22047 40895"),
        Row("no market order now: later", .retry, .retryable, "40722 40826 40824 40825 22045 70220 45121"),
        Row("reduce-only refused", .rejected, .rejected, "40939 25232 22042"),
        Row("wrong position mode: read it", .positionMode, .configuration, "40774 45021 45020 45109 43075 40775"),
        Row("nothing to close", .nothingToClose, .rejected, "22002 43043 45014 25227"),
        Row("not enough to close", .rejected, .rejected, "40757 45003 45005 45006 40717 40804 40746 43029 45123"),
        Row("order not found", .notFound, .notFound, "40109 43001 40768 45057 31007 40819 80011 25204"),
        Row("nothing to cancel", .ended, .rejected, "22001 43004 45031 45055 45056 31054"),
        Row("cancelled too often: later", .retry, .retryable, "45129"),
        Row("stop not found or closed", .notFound, .notFound, "43025 43020 43026 43021 43033"),
        Row(
            "stop on the wrong side: close instead", .wouldTrigger, .rejected,
            "40829-40836 40915 40917 45060-45062 45064-45067 45122 43013-43016 43034 43035 31004 31005"),
        Row("stop exists: move it", .protectionExists, .rejected, "43030 43031 43024"),
        // 45068 is documented twice, as this and as a stop that is not found: where a stop is placed it is this.
        Row("no position to protect yet: soon", .noPositionYet, .retryable, "40837 43023 40891 31008 45068"),
        Row(
            "symbol unavailable", .unavailable, .rejected,
            "41113 41114 43115 43119 43120 40308 40309 40844 40845 45043 45119 22004 22039-22041 22043 22044 22067 "
                + "40102 40072"),
        Row("no change: as good as done", .alreadySo, .rejected, "40814 45054"),
        Row(
            "leverage, margin or mode cannot change now", .rejected, .rejected,
            "45097 40730 45117 40920 40872 45045 43050 40893 45044 40797"),
        Row(
            "bad request", .rejected, .rejected,
            "40017 40019 40020 40034 40808 400172 00171 00172 40404 40007 40924 40925 41101 22003"),
        Row("range of history", .rejected, .rejected, "00001 40704 40705 40707 20001"),
        Row(
            "outcome unknown: look for the order", .unknown, .unknownOutcome,
            "40010 40015 40725 45001 40910 43002 43003 43059 40908 45023 45024 40200"),
    ]

    @Test(arguments: documented) func everyDocumentedCodeAsksForWhatIsDocumented(row: Row) {
        let listed = Set(BitgetErrors.table.flatMap(\.codes))
        for code in row.codes {
            #expect(listed.contains(code), "\(code) is decided by nothing but its words")
            #expect(BitgetErrors.verdict(code: code, message: "") == row.verdict, "\(code)")
            #expect(BitgetErrors.error(code: code, message: "").remedy == row.remedy, "\(code)")
        }
    }

    /// A code decides, whatever the venue writes beside it, in any language.
    @Test(arguments: documented) func wordsDoNotChangeACode(row: Row) {
        for code in row.codes where !["400172", "40808"].contains(code) {
            for words in ["订单不存在", "order does not exist", "insufficient balance", "too many requests"] {
                #expect(BitgetErrors.verdict(code: code, message: words) == row.verdict, "\(code) \(words)")
            }
        }
    }

    /// What may be done and what may not are never confused: doubt leaves an order open, everything else does not.
    @Test func onlyDoubtLeavesAnOrderOpen() {
        let doubtful = Set(Self.documented.filter { $0.remedy == .unknownOutcome }.flatMap(\.codes))
        for code in Self.documented.flatMap(\.codes) {
            let isOpen = BitgetErrors.error(code: code, message: "").remedy == .unknownOutcome
            #expect(isOpen == doubtful.contains(code), "\(code)")
        }
        #expect(doubtful.count == 12)
    }

    /// Two codes mean one thing or another by their words.
    @Test func twoCodesAreDecidedByTheirWords() {
        #expect(BitgetErrors.verdict(code: "400172", message: "side mismatch") == .positionMode)
        #expect(
            BitgetErrors.verdict(code: "40808", message: "Parameter verification exception side mismatch")
                == .positionMode)
        let step = "Parameter verification exception size checkBDScale error value=2293.577 checkScale=2"
        #expect(BitgetErrors.verdict(code: "40808", message: step) == .rejected)
        #expect(BitgetErrors.verdict(code: "40808", message: "double fixed, hold side is null") == .rejected)
    }

    /// What a code of a stream does to its connection.
    enum StreamEnd: String { case fatal, broken, none }

    static let ofStreams: [(codes: [String], ofTopic: StreamEnd, ofNone: StreamEnd)] = [
        (["30005", "30011", "30012", "30015"], .fatal, .fatal),
        // The clock is set and the login sent again on another connection.
        (["30013", "30014"], .broken, .broken),
        // The venue closes it, or wants a login first.
        (["30004", "30006", "30007"], .broken, .broken),
        (["30001", "30002", "30003", "30016"], .broken, .none),
    ]

    @Test(arguments: ofStreams.indices) func everyCodeOfAStreamHasItsEnd(index: Int) {
        let row = Self.ofStreams[index]
        for code in row.codes {
            for (isOfTopic, expected) in [(true, row.ofTopic), (false, row.ofNone)] {
                let end: StreamEnd =
                    switch BitgetErrors.streamNotice(code: code, message: "m", isOfTopic: isOfTopic) {
                    case .fatal: .fatal
                    case .broken, .later: .broken
                    case .message, .loggedIn, .acknowledged: .none
                    }
                #expect(end == expected, "\(code) of a topic: \(isOfTopic)")
            }
        }
    }
}
