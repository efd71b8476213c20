; The app writes its login item itself, so the uninstaller has to delete it explicitly. It keeps it during an update, which
; uninstalls the old version before it installs the new one.
!macro customUnInstall
  ${ifNot} ${isUpdated}
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "Claudacity"
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run" "Claudacity"
  ${endIf}
!macroend
