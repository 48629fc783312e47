import Foundation
import Synchronization

// What streams are told and tell.

extension BitgetStandIn {
    func heard(_ message: String, path: String) -> [String] {
        if message == "ping" { return ["pong"] }
        guard let root = try? JSONSerialization.jsonObject(with: Data(message.utf8)) as? [String: Any],
            let args = root["args"] as? [[String: String]]
        else { return [#"{"event":"error","code":30002,"msg":"illegal request"}"#] }
        if root["op"] as? String == "login" {
            let isRight = args.first?["apiKey"] == Self.key && args.first?["timestamp"]?.count == 10
            state.withLock { $0.logins += 1 }
            return [
                isRight
                    ? #"{"event":"login","code":0,"msg":""}"# : #"{"event":"error","code":30005,"msg":"login failed"}"#
            ]
        }
        state.withLock { $0.subscriptions += args.compactMap { $0["channel"] ?? $0["topic"] } }
        return args.flatMap { arg -> [String] in
            let text =
                (try? JSONSerialization.data(withJSONObject: arg, options: .sortedKeys))
                .map { String(decoding: $0, as: UTF8.self) } ?? "{}"
            guard !state.withLock({ $0.unknownTopics.contains(arg["channel"] ?? arg["topic"] ?? "") }) else {
                return [#"{"event":"error","arg":\#(text),"code":30001,"msg":"channel doesn't exist"}"#]
            }
            let acknowledgement = #"{"event":"subscribe","arg":\#(text)}"#
            guard (arg["channel"] ?? arg["topic"]) == "ticker" else { return [acknowledgement] }
            let name = arg["instId"] ?? arg["symbol"] ?? ""
            let row =
                isUnified
                ? #"{"symbol":"\#(name)","lastPrice":"100","bid1Price":"99.9","ask1Price":"100.1"}"#
                : #"{"instId":"\#(name)","lastPr":"100","bidPr":"99.9","askPr":"100.1","ts":"1700000000000"}"#
            return [
                acknowledgement,
                #"{"action":"snapshot","arg":\#(text),"data":[\#(row)],"ts":1700000000000}"#,
            ]
        }
    }
}
