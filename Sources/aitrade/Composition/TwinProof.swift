import Brokers

/// Tells a twin from everything else that may answer on this machine, such as a proxy to the real venue.
enum TwinProof {
    /// Whether the server at `url` has a twin's control endpoint, which no venue has. Silence proves nothing either
    /// way: a frozen twin must not keep a run from starting again, and nothing is traded where nobody answers.
    static func isTwin(_ url: String) async -> Bool {
        guard let transport = try? HTTPTransport() else { return false }
        // The address of a client may have a path; the control endpoint is at the root.
        let root = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).prefix(3)
        let base = root.joined(separator: "/")
        let question = HTTPExchange(method: "GET", base: base, target: "/twin/status", deadline: .seconds(2))
        let answer = try? await transport.send(question)
        await transport.shutdown()
        guard let answer else { return true }
        return answer.status == 200 && String(decoding: answer.body, as: UTF8.self).contains("\"faultsFelt\"")
    }
}
