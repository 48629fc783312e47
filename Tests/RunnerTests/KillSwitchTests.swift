import Foundation
import Runner
import Testing

@Suite struct KillSwitchTests {
    private func reading(_ text: String) -> KillSwitchReading { KillSwitchReading(content: Data(text.utf8)) }

    @Test func onlyABooleanEnabledDecides() {
        #expect(reading(#"{"enabled": true, "reason": "storm"}"#) == .engaged(reason: "storm"))
        #expect(reading(#"{"enabled": true}"#) == .engaged(reason: "manual"))
        #expect(reading(#"{"reason": "x", "enabled": false, "by": "me"}"#) == .released)
        for text in ["", "{", "true", "[]", "{}", #"{"enabled": 1}"#, #"{"enabled": "true"}"#, "\u{0}", "enabled"] {
            #expect(reading(text) == .unreadable, "'\(text)' is neither engaged nor released")
        }
    }

    @Test func everyBeginningOfAFileIsUnreadableAndNotARelease() {
        let whole = #"{"enabled": true, "reason": "manual"}"#
        for length in 0..<whole.count { #expect(reading(String(whole.prefix(length))) == .unreadable) }
    }

    @Test func anUnreadableFileIsAHaltOnlyAfterMoreThanASecond() {
        var judge = KillSwitchJudge()
        #expect(judge.judge(.unreadable, at: .seconds(10)) == nil)
        #expect(judge.judge(.unreadable, at: .seconds(11)) == nil)
        #expect(
            judge.judge(.unreadable, at: .seconds(11) + .milliseconds(1))
                == .engaged(reason: KillSwitchJudge.unreadableReason))
        #expect(KillSwitchJudge.unreadableReason == "KILL_FILE_UNREADABLE")
    }

    @Test(arguments: [KillSwitchReading.missing, .released, .engaged(reason: "x")])
    func aReadableMomentStartsThePatienceAgain(reading: KillSwitchReading) {
        var judge = KillSwitchJudge()
        #expect(judge.judge(.unreadable, at: .zero) == nil)
        #expect(judge.judge(reading, at: .milliseconds(900)) == reading)
        #expect(judge.judge(.unreadable, at: .milliseconds(1100)) == nil)
        #expect(judge.judge(.unreadable, at: .milliseconds(2100)) == nil)
        #expect(judge.judge(.unreadable, at: .milliseconds(2101)) != nil)
    }

    @Test func theFileOnDiskIsReadAsItIs() throws {
        let state = try TemporaryState()
        let file = KillSwitchFile(folder: state.url)
        #expect(file.url.lastPathComponent == "kill_switch.json")
        #expect(file.read() == .missing)
        #expect(KillSwitchFile(folder: state.url.appending(path: "nowhere")).read() == .missing)
        try state.write("", to: "kill_switch.json")
        #expect(file.read() == .unreadable)
        try state.write(#"{"enabled": true, "reason": "manual"}"#, to: "kill_switch.json")
        #expect(file.read() == .engaged(reason: "manual"))
        try state.write(#"{"enabled": false}"#, to: "kill_switch.json")
        #expect(file.read() == .released)
        try state.remove("kill_switch.json")
        try FileManager.default.createDirectory(at: file.url, withIntermediateDirectories: false)
        #expect(file.read() == .unreadable)
    }
}
