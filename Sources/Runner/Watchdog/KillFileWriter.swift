import Foundation
import Glibc
import Storage

extension KillSwitchFile {
    /// What the file says.
    private struct Form: Encodable {
        let enabled: Bool
        let reason: String
    }

    /// Writes the file, engaged or released.
    ///
    /// - Throws: `FileError`.
    public func write(engaged: Bool, reason: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let form = Form(enabled: engaged, reason: reason)
        try AtomicFile.write(Array(try encoder.encode(form)) + [10], to: url.path)
    }

    /// Engages the switch on any disk. Where there is no room, the projections beside it make some: nothing reads them
    /// back and every start writes them again. Where that does not help either, the file is made empty: an unreadable
    /// file counts as engaged.
    ///
    /// - Returns: Whether the file now means engaged.
    public func engageAtAnyRate(reason: String) -> Bool {
        if case .engaged = read() { return true }
        if (try? write(engaged: true, reason: reason)) != nil { return true }
        let folder = url.deletingLastPathComponent()
        for name in ["runner_state.json", "protections.json"] where unlink(folder.appending(path: name).path) == 0 {
            if (try? write(engaged: true, reason: reason)) != nil { return true }
        }
        let opened = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard opened >= 0 else { return false }
        close(opened)
        switch read() {
        case .engaged, .unreadable: return true
        case .missing, .released: return false
        }
    }
}
