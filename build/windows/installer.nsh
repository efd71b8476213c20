; The login item is written by the app, not by the installer, so the installer has to be told of it: it goes with the
; app, but stays when the old version is only uninstalled to make room for the new one.
!macro customUnInstall
  ${ifNot} ${isUpdated}
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "Claudacity"
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run" "Claudacity"
  ${endIf}
!macroend
